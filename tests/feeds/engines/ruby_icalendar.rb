# ruby-icalendar: reads every event, expands none. Out: what stands in the file, as in python_engines.py.
require 'stringio'
require 'json'
require 'icalendar'

def written(value)
  return value.strftime('%Y%m%d') if value.is_a?(Icalendar::Values::Date)
  value.to_time.getutc.strftime('%Y%m%dT%H%M%SZ')
end

asked = JSON.parse($stdin.read)
answers = asked['paths'].map do |path|
  calendars = File.open(path) { |file| Icalendar::Parser.new(file, true).parse }
  calendars.flat_map(&:events).map { |one| [written(one.dtstart), written(one.dtend), one.summary.to_s] }
end
puts JSON.generate(answers)
