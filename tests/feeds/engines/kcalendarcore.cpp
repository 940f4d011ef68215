// KCalendarCore, the engine of KOrganizer and Merkuro. In and out as in python_engines.py.
#include <KCalendarCore/ICalFormat>
#include <KCalendarCore/MemoryCalendar>
#include <KCalendarCore/OccurrenceIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTextStream>
#include <cstdio>

using namespace KCalendarCore;

static QString written(const QDateTime &at, bool isDate)
{
    return isDate ? at.date().toString("yyyyMMdd") : at.toUTC().toString("yyyyMMdd'T'HHmmss'Z'");
}

static QJsonArray occurrences(const QString &path, const QDateTime &after, const QDateTime &before)
{
    QFile file(path);
    file.open(QIODevice::ReadOnly);
    MemoryCalendar::Ptr calendar(new MemoryCalendar(QTimeZone::utc()));
    ICalFormat format;
    if (!format.fromRawString(calendar, file.readAll())) {
        fprintf(stderr, "KCalendarCore refuses the calendar\n");
        exit(1);
    }
    QJsonArray rows;
    // A week more, for occurrences that were moved into the window.
    OccurrenceIterator found(*calendar, after, before.addDays(7));
    while (found.hasNext()) {
        found.next();
        const auto event = found.incidence().staticCast<Event>();
        const bool isDate = event->allDay();
        // A whole day's end is inclusive here, and an occurrence says only when it starts.
        const qint64 length = event->dtStart().secsTo(event->dtEnd());
        const qint64 days = event->dtStart().daysTo(event->dtEnd()) + 1;
        const QDateTime start = found.occurrenceStartDate();
        const QDateTime end = isDate ? start.addDays(days) : start.toUTC().addSecs(length);
        rows.append(QJsonArray{written(start, isDate), written(end, isDate), event->summary()});
    }
    return rows;
}

int main()
{
    QFile in;
    in.open(stdin, QIODevice::ReadOnly);
    const auto asked = QJsonDocument::fromJson(in.readAll()).object();
    const auto midnight = [&](const char *name) {
        return QDateTime(QDate::fromString(asked[name].toString(), "yyyyMMdd"), QTime(0, 0), Qt::UTC);
    };
    QJsonArray answers;
    for (const auto &path : asked["paths"].toArray())
        answers.append(occurrences(path.toString(), midnight("after"), midnight("before")));
    QTextStream(stdout) << QJsonDocument(answers).toJson(QJsonDocument::Compact);
}
