#!/bin/sh
# Counts a meson testlog.json and prints "N passed, N failed, N skipped".
#
#   packaging/summary.sh build-check/meson-logs/testlog.json
#
# Exit status 0 only when something passed and nothing failed.  The log holds one JSON object a line; quotes inside the
# captured output are escaped, so the pattern meets the result of the test alone.
set -u
log=${1:?usage: packaging/summary.sh TESTLOG}
if [ ! -s "$log" ]; then
    echo "0 passed, 0 failed, 0 skipped"
    exit 1
fi
awk '
{
    if (!match($0, /"result": "[A-Z]+"/))
        next
    result = substr($0, RSTART + 11, RLENGTH - 12)
    if (result == "OK" || result == "EXPECTEDFAIL")
        passed++
    else if (result == "SKIP" || result == "IGNORED")
        skipped++
    else {
        failed++
        if (match($0, /"name": "[^"]*"/))
            print "failed (" tolower(result) "): " substr($0, RSTART + 9, RLENGTH - 10)
    }
}
END {
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit !(passed > 0 && failed == 0)
}' "$log"
