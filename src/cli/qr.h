/* QR codes on a terminal. */
#ifndef DPAT_CLI_QR_H
#define DPAT_CLI_QR_H

#include "src/base/buffer.h"
#include "src/base/error.h"

/* Append text as a QR code (ISO/IEC 18004, level L) in half-block characters, black on white whatever the terminal's
 * colours are. ERROR_UNSUPPORTED when libqrencode is not there; ERROR_INTERNAL when text is too long for a code. */
int qr_append (struct buffer *out, const char *text, struct error *err);

#endif
