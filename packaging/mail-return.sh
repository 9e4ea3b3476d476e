#!/bin/sh
# Takes one returned workbook from a mail server: the mail on standard input, the answer to its sender.
#
#   mail-return.sh SENDER [ARGUMENT OF bihuan book]...
#
# BIHUAN names the program, SENDMAIL what sends the answer.  Ends with 0 when the mail was dealt with, taken or refused:
# the sender has the reason.  Ends with 75 when the program could not work: the mail server keeps the mail and tries
# again, and what was written already is known the next time.
set -u
sender=${1?usage: mail-return.sh SENDER [ARGUMENT OF bihuan book]...}
shift
case $sender in
'' | -* | *'
'*) exit 0 ;; # nobody to answer: bounces have no sender
esac
answer=$("${BIHUAN:-bihuan}" book --mail - --apply "$@" 2>&1)
result=$?
case $result in
0 | 65) ;;
*)
    printf '%s\n' "$answer" >&2
    exit 75
    ;;
esac
# "Auto-Submitted" keeps other programs from answering this (RFC 3834).
{
    printf 'To: %s\nSubject: =?UTF-8?B?5aGr5oql6KGo5pS25Zue57uT5p6c?=\nAuto-Submitted: auto-replied\n' "$sender"
    printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n%s\n' "$answer"
} | "${SENDMAIL:-/usr/sbin/sendmail}" -i -- "$sender" || exit 75
