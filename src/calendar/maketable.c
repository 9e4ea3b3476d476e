/* maketable.c: build tool: data/holidays.csv into the rows of builtin.inc.
 *
 * Usage: maketable holidays.csv builtin.inc.  The CSV has the heading date,off,name; dates rise.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/str.h"
#include "calendar/calendar.h"

static int fail(const char *file, int line)
{
    fprintf(stderr, "%s:%d: not a row of date,off,name with rising dates\n", file, line);
    return 1;
}

static void write_row(FILE *out, int32_t day, bool is_off, struct str name)
{
    fprintf(out, "{%d, %s, \"", (int)day, is_off ? "true" : "false");
    for (size_t i = 0; i < name.n; i++)
        fprintf(out, "\\%03o", (unsigned)(unsigned char)name.p[i]);
    fputs("\"},\n", out);
}

static int convert(const char *file, FILE *in, FILE *out)
{
    char text[256];
    int32_t before = INT32_MIN;
    for (int line = 1; fgets(text, sizeof text, in); line++) {
        struct str rest = str_trim(str_from_cstr(text)), date, off;
        if (line == 1) {
            if (!str_equal_cstr(rest, "date,off,name"))
                return fail(file, line);
            continue;
        }
        int32_t day;
        if (!str_split_next(&rest, ',', &date) || !str_split_next(&rest, ',', &off) || !date_parse(date, &day) ||
            day <= before || off.n != 1 || (off.p[0] != '0' && off.p[0] != '1') || rest.n >= CALENDAR_NAME_BYTES)
            return fail(file, line);
        write_row(out, day, off.p[0] == '1', rest);
        before = day;
    }
    return ferror(in) ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    FILE *in = fopen(argv[1], "r");
    FILE *out = in ? fopen(argv[2], "w") : NULL;
    if (!out) {
        perror(in ? argv[2] : argv[1]);
        if (in)
            fclose(in);
        return 1;
    }
    int status = convert(argv[1], in, out);
    fclose(in);
    return fclose(out) == 0 ? status : 1;
}
