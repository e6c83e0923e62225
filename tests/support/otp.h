/* The owner's device in tests: reads an otpauth URI and shows the code of an instant. */
#ifndef DPAT_TESTS_SUPPORT_OTP_H
#define DPAT_TESTS_SUPPORT_OTP_H

#include <stdint.h>

#include "src/base/secret.h"

/* The six digits that an authenticator app with this URI shows at now_s. Owned: secret_release. */
struct secret otp_code (const struct secret *uri, int64_t now_s);

#endif
