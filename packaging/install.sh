#!/bin/sh
# Installs the Debian packages of the named lists that are missing, and nothing else.
#
#   packaging/install.sh [--check] LIST...      LIST is build, run or test
#
# --check installs nothing: it names what is missing and fails.
# A package whose command is already there from elsewhere (node, npm) counts as present.
# Services that arrive with a test package (PostgreSQL, Prometheus) are not started: the tests start their own.
set -u
here=$(cd "$(dirname "$0")" && pwd)
only_check=no
if [ "${1:-}" = --check ]; then
    only_check=yes
    shift
fi
[ $# -gt 0 ] || { echo "usage: packaging/install.sh [--check] build|run|test..." >&2; exit 64; }

is_present() {
    case $1 in
    nodejs) command -v node >/dev/null 2>&1 && return 0 ;;
    npm) command -v npm >/dev/null 2>&1 && return 0 ;;
    esac
    dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

missing=
for list in "$@"; do
    file=$here/packages-$list.txt
    [ -r "$file" ] || { echo "install.sh: no list $file" >&2; exit 66; }
    if ! command -v dpkg-query >/dev/null 2>&1; then
        echo "install.sh: this is not a Debian system; install by hand what $file names" >&2
        continue
    fi
    while read -r package; do
        case $package in ''|'#'*) continue ;; esac
        is_present "$package" && continue
        case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
    done <"$file"
done
missing=${missing# }
[ -n "$missing" ] || exit 0

if [ $only_check = yes ]; then
    echo "Missing Debian packages: $missing" >&2
    echo "Install them with: packaging/install.sh $*" >&2
    exit 1
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "These Debian packages are missing and sudo is not here to install them. As root:" >&2
        echo "  apt-get install --no-install-recommends $missing" >&2
        exit 1
    fi
    as_root=sudo
fi

# 101 tells invoke-rc.d that no service may be started; a policy that is already there stays.
policy=/usr/sbin/policy-rc.d
policy_is_ours=no
leave() {
    if [ $policy_is_ours = yes ]; then
        $as_root rm -f $policy
    fi
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null && policy_is_ours=yes && $as_root chmod 755 $policy
fi

echo "Installing missing Debian packages: $missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || exit 1
# $missing holds package names only: it is meant to be split.
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -q --no-install-recommends $missing || exit 1

if [ -d /run/systemd/system ]; then
    for package in $missing; do
        case $package in
        prometheus) $as_root systemctl disable --now prometheus.service >/dev/null 2>&1 ;;
        postgresql-15) $as_root systemctl disable --now postgresql.service >/dev/null 2>&1 ;;
        esac
    done
fi
exit 0
