<?php
// sabre/vobject, the engine of Nextcloud's, ownCloud's and Baïkal's servers. In and out as in python_engines.py.
error_reporting(E_ALL & ~E_DEPRECATED);
require 'Sabre/VObject/includes.php';

$asked = json_decode(stream_get_contents(STDIN), true);
$utc = new DateTimeZone('UTC');
$after = new DateTime($asked['after'], $utc);
$before = new DateTime($asked['before'], $utc);
$answers = array();
foreach ($asked['paths'] as $path) {
    $calendar = Sabre\VObject\Reader::read(file_get_contents($path));
    foreach ($calendar->validate() as $problem) {
        if (strpos($problem['message'], 'VALARM') === false) {
            fwrite(STDERR, $path . ': ' . $problem['message'] . "\n");
            exit(1);
        }
    }
    $calendar->expand($after, $before);
    $rows = array();
    foreach ($calendar->select('VEVENT') as $event) {
        $rows[] = array(written($event->DTSTART), written($event->DTEND), unescaped((string) $event->SUMMARY));
    }
    $answers[] = $rows;
}
echo json_encode($answers);

function written($property)
{
    $is_date = (string) $property['VALUE'] === 'DATE';
    $at = $property->getDateTime();
    if ($is_date) {
        return $at->format('Ymd');
    }
    $at->setTimezone(new DateTimeZone('UTC'));
    return $at->format('Ymd\THis\Z');
}

// This version leaves texts as they stand in the file.
function unescaped($text)
{
    return preg_replace('/\\\\([\\\\;,])/', '$1', $text);
}
