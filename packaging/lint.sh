#!/bin/sh
# Formatting, clang-tidy and cppcheck over our own sources; every tool runs, any complaint fails.
#
#   packaging/lint.sh BUILD_DIRECTORY      a configured build with compile_commands.json
set -u
build=${1:?usage: packaging/lint.sh BUILD_DIRECTORY}
cd "$(dirname "$0")/.." || exit 1
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
git ls-files 'src/*.c' 'src/*.h' 'tests/*.c' 'tests/*.h' >"$list"
status=0

echo "clang-format"
xargs clang-format --dry-run -Werror <"$list" || status=1

echo "clang-tidy"
# Generated and fuzzer sources are not in every build: ask only for what this one compiles.
grep '\.c$' "$list" | while read -r file; do
    grep -qF "$file\"" "$build/compile_commands.json" && echo "$file"
done | xargs -r -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet --warnings-as-errors='*' || status=1

echo "cppcheck"
cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c17 --library=posix --enable=warning,portability \
    --suppressions-list=packaging/cppcheck.suppressions --suppress=missingIncludeSystem --suppress=unknownMacro \
    -D_GNU_SOURCE -DBIHUAN_VERSION='"0"' -I src src || status=1

exit $status
