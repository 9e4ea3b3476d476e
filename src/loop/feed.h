/* feed.h: addresses of calendars. */
#ifndef BIHUAN_LOOP_FEED_H
#define BIHUAN_LOOP_FEED_H

#include "record/command.h"

extern const struct command command_feed_open, command_feed_close;

#endif
