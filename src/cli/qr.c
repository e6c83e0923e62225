/* QR codes on a terminal, by libqrencode. */
#include "src/cli/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "src/base/library.h"
#include "src/base/secret.h"

enum { MARGIN = 2 };

struct qrencode_functions {
    __typeof__ (QRcode_encodeString) *encode;
    __typeof__ (QRcode_free) *free;
};

/* Whether the module at that place, which may be in the margin, is black. */
static bool is_black (const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width)
        return false;
    return code->data[row * code->width + column] & 1;
}

/* One line of text shows two rows of modules. */
static void put_rows (struct buffer *out, const QRcode *code, int row)
{
    static const char *const blocks[2][2] = { { " ", "\xe2\x96\x84" }, { "\xe2\x96\x80", "\xe2\x96\x88" } };
    buffer_puts (out, "\033[0;30;47m");
    for (int column = -MARGIN; column < code->width + MARGIN; column++)
        buffer_puts (out, blocks[is_black (code, row, column)][is_black (code, row + 1, column)]);
    buffer_puts (out, "\033[0m\n");
}

int qr_append (struct buffer *out, const char *text, struct error *err)
{
    static const struct library_symbol symbols[] = { { "QRcode_encodeString",
                                                       offsetof (struct qrencode_functions, encode) },
                                                     { "QRcode_free", offsetof (struct qrencode_functions, free) },
                                                     { .name = NULL } };
    struct qrencode_functions qrencode;
    if (library_load ("libqrencode.so.4", "libqrencode4", symbols, &qrencode, err) != 0)
        return -1;
    QRcode *code = qrencode.encode (text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    if (code == NULL)
        return error_set (err, ERROR_INTERNAL, "this cannot be written as a QR code: %s", strerror (errno));
    for (int row = -MARGIN; row < code->width + MARGIN; row += 2)
        put_rows (out, code, row);
    secret_wipe (code->data, (size_t)code->width * (size_t)code->width);
    qrencode.free (code);
    return 0;
}
