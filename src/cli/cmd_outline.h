/* cmd_outline.h: the verb `outline`. */
#ifndef BIHUAN_CLI_CMD_OUTLINE_H
#define BIHUAN_CLI_CMD_OUTLINE_H

/* argv[0] is the verb.  Returns the exit code. */
int cmd_outline(int argc, char **argv);

#endif
