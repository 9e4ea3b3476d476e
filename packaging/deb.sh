#!/bin/sh
# Makes the Debian package: program, systemd unit, man page, settings file, nginx example, guides, demonstration group.
#
#   packaging/deb.sh PROGRAM OUTPUT_DIRECTORY
set -eu
program=${1:?usage: packaging/deb.sh PROGRAM OUTPUT_DIRECTORY}
output=${2:?usage: packaging/deb.sh PROGRAM OUTPUT_DIRECTORY}
root=$(cd "$(dirname "$0")/.." && pwd)
[ -x "$program" ] || { echo "deb.sh: no program $program; run make build" >&2; exit 66; }

version=$(sed -n "s/^ *version: '\([0-9.]*\)',.*/\1/p" "$root/meson.build" | head -n 1)
arch=$(dpkg --print-architecture)
[ -n "$version" ] || { echo "deb.sh: no version in meson.build" >&2; exit 65; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
doc=$tree/usr/share/doc/bihuan
install -d -m 755 "$tree/DEBIAN" "$doc/examples"
install -D -m 755 "$program" "$tree/usr/bin/bihuan"
strip --strip-unneeded "$tree/usr/bin/bihuan"
install -D -m 644 "$root/packaging/systemd/bihuan.service" "$tree/lib/systemd/system/bihuan.service"
install -D -m 644 "$root/packaging/bihuan.conf" "$tree/etc/bihuan/bihuan.conf"
install -D -m 755 "$root/packaging/mail-return.sh" "$tree/usr/share/bihuan/mail-return.sh"
install -D -m 644 "$root/packaging/nginx/bihuan.conf" "$doc/examples/nginx.conf"
install -d -m 755 "$tree/usr/share/man/man1"
gzip -9n <"$root/packaging/man/bihuan.1" >"$tree/usr/share/man/man1/bihuan.1.gz"
for guide in README.md SECURITY.md docs/admin-guide.md docs/user-guide.zh.md docs/user-guide.en.md; do
    install -m 644 "$root/$guide" "$doc/"
done
gzip -9n <"$root/CHANGELOG.md" >"$doc/changelog.gz"
printf 'Bihuan, https://www.apache.org/licenses/LICENSE-2.0\n\n' >"$doc/copyright"
cat "$root/LICENSE" >>"$doc/copyright"
install -d -m 755 "$tree/usr/share/bihuan/demo/evidence"
install -m 644 "$root"/data/demo/evidence/* "$tree/usr/share/bihuan/demo/evidence/"
for file in "$root"/data/demo/*; do
    [ -d "$file" ] || install -m 644 "$file" "$tree/usr/share/bihuan/demo/"
done
find "$tree" -type d -exec chmod 755 {} +
chmod 644 "$tree/usr/share/man/man1/bihuan.1.gz" "$doc/changelog.gz" "$doc/copyright"

# The libraries that the program was really linked with; without dpkg-dev, the list of this directory.
if command -v dpkg-shlibdeps >/dev/null 2>&1; then
    mkdir "$work/debian"
    printf 'Source: bihuan\n\nPackage: bihuan\nArchitecture: any\n' >"$work/debian/control"
    depends=$(cd "$work" && dpkg-shlibdeps -O "$tree/usr/bin/bihuan" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
else
    depends=$(grep -e '^lib' -e '^zlib' "$root/packaging/packages-run.txt" | paste -sd, | sed 's/,/, /g')
fi
# What no link shows: programs that it starts, fonts that its papers carry.
others=$(grep -v -e '^#' -e '^$' -e '^lib' -e '^zlib' "$root/packaging/packages-run.txt" | paste -sd, | sed 's/,/, /g')
[ -n "$depends" ] || { echo "deb.sh: the program's libraries could not be read" >&2; exit 70; }
size=$(du -sk "$tree" | cut -f1)
sed -e "s|@VERSION@|$version|" -e "s|@ARCH@|$arch|" -e "s|@SIZE@|$size|" -e "s|@DEPENDS@|$depends, $others|" \
    "$root/packaging/debian/control.in" >"$tree/DEBIAN/control"
install -m 644 "$root/packaging/debian/conffiles" "$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    install -m 755 "$root/packaging/debian/$script" "$tree/DEBIAN/$script"
done
(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
chmod 644 "$tree/DEBIAN/md5sums"

mkdir -p "$output"
package=$output/bihuan_${version}_$arch.deb
dpkg-deb --root-owner-group --build "$tree" "$package" >/dev/null
echo "$package"
