#!/bin/sh
# Serves the demonstration group on http://127.0.0.1:PORT, loading it on the first run.
#
#   packaging/demo.sh PROGRAM DATABASE PORT
#
# A marker stands beside the database while it is being loaded: a broken first run is thrown away and done again, a
# database that this script did not begin is never touched.
set -u
program=${1:?} database=${2:?} port=${3:?}
data=$(cd "$(dirname "$0")/.." && pwd)/data/demo
marker=$database.loading
notes=${database%.db}-logins.txt

forget() {
    rm -rf "$database.files"
    rm -f "$database" "$database-wal" "$database-shm" "$notes" "$marker"
}

[ ! -e "$marker" ] || forget
if [ ! -e "$database" ]; then
    mkdir -p "$(dirname "$database")" && : >"$marker" || exit 1
    echo "Loading the demonstration group into $database"
    (umask 077 && : >"$notes") || exit 1
    if ! "$program" demo --db "$database" --data "$data" >"$notes"; then
        cat "$notes" >&2
        forget
        exit 1
    fi
    rm -f "$marker"
fi

echo
echo "  Address  http://127.0.0.1:$port"
if [ -s "$notes" ]; then
    # What was loaded, then one account of each role; the whole list is long.
    awk '!NF || !login {print "  " $0; login = login || !NF; next} !seen[$3]++ {print "  " $0; next} {more++}
         END {if (more) print "  " more " more accounts, and these, are in " notes}' notes="$notes" "$notes"
fi
echo "  Stop     Ctrl-C"
echo
public=$((port + 1))
echo "  Public   http://127.0.0.1:$public (bulletins, comments)"
exec "$program" serve --db "$database" --address 127.0.0.1 --port "$port" --public-listen "127.0.0.1:$public"
