/* ics_write.c: see ics_write.h.  Source: RFC 5545, 3.1 (folding), 3.3.11 (escapes), 3.6.1 (events of whole days). */
#include "publish/ics_write.h"

#include "base/clock.h"

enum { LINE_OCTETS = 75 };

/* Ends a line with CRLF; a longer one goes on after CRLF and a blank, never within a character. */
static void add_line(struct buf *out, struct str name, struct str value, bool is_text)
{
    size_t room = LINE_OCTETS - name.n - 1;
    buf_add(out, name);
    buf_add_char(out, ':');
    for (size_t i = 0; i < value.n;) {
        size_t n = 1;
        while (i + n < value.n && ((unsigned char)value.p[i + n] & 0xc0) == 0x80)
            n++;
        char c = value.p[i];
        bool is_escaped = is_text && (c == '\\' || c == ';' || c == ',' || c == '\n');
        if (n + (is_escaped ? 1 : 0) > room) {
            buf_add_cstr(out, "\r\n ");
            room = LINE_OCTETS - 1;
        }
        if (is_escaped)
            buf_add_char(out, '\\');
        if (c == '\n' && is_text)
            buf_add_char(out, 'n');
        else if (n > 1 || (unsigned char)c >= ' ')
            buf_add_bytes(out, value.p + i, n);
        room -= n + (is_escaped ? 1 : 0);
        i += n;
    }
    buf_add_cstr(out, "\r\n");
}

void ics_begin(struct buf *out, struct str name)
{
    buf_add_cstr(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Bihuan//Bihuan " BIHUAN_VERSION
                      "//ZH\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"
                      "X-PUBLISHED-TTL:PT1H\r\n");
    add_line(out, STR("X-WR-CALNAME"), name, true);
}

static void add_day(struct buf *out, const char *name, int32_t day)
{
    int year, month, date;
    date_to_civil(day, &year, &month, &date);
    buf_add_format(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, year, month, date);
}

void ics_add_day(struct buf *out, struct str uid, int32_t day, int64_t stamp_ms, struct str summary)
{
    int64_t seconds = stamp_ms / 1000, of_day = seconds % 86400;
    int year, month, date;
    date_to_civil((int32_t)(seconds / 86400), &year, &month, &date);
    buf_add_cstr(out, "BEGIN:VEVENT\r\n");
    add_line(out, STR("UID"), uid, false);
    buf_add_format(out, "DTSTAMP:%04d%02d%02dT%02d%02d%02dZ\r\n", year, month, date, (int)(of_day / 3600),
                   (int)(of_day / 60 % 60), (int)(of_day % 60));
    add_day(out, "DTSTART", day);
    add_day(out, "DTEND", day + 1);
    add_line(out, STR("SUMMARY"), summary, true);
    buf_add_cstr(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

void ics_end(struct buf *out) { buf_add_cstr(out, "END:VCALENDAR\r\n"); }
