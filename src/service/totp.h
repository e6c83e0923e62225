/* Time-based one-time passwords: RFC 6238 with SHA-1, 30 s and six digits, as every authenticator app has them. */
#ifndef DPAT_SERVICE_TOTP_H
#define DPAT_SERVICE_TOTP_H

#include <stdint.h>

#include "src/base/error.h"
#include "src/base/secret.h"

/* Bytes of the secret that service and device share (RFC 4226 section 4 asks for 20). */
#define TOTP_SECRET_SIZE 20

#define TOTP_DIGITS 6

/* Seconds of a step. */
#define TOTP_STEP_S 30

/* Which of the steps before, at and after now the code is of, counting only those later than last_step: *ret_step, or 0
 * when it is of none. All three are compared whatever the first gives. ERROR_UNSUPPORTED when liboath is not there. */
int totp_match (const struct secret *secret, const struct secret *code, int64_t now_s, int64_t last_step,
                int64_t *ret_step, struct error *err);

/* The otpauth:// URI that authenticator apps read, "otpauth://totp/dpat:alice?secret=…". account is an account name,
 * which needs no escapes. *ret_uri is owned. */
int totp_uri (const struct secret *secret, const char *account, struct secret *ret_uri, struct error *err);

#endif
