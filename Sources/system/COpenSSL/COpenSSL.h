#pragma once
// OpenSSL 3 marks the plain SHA functions as deprecated in favour of EVP, which costs an allocation and
// a provider look-up per hash: four times the work itself for the 32 to 200 bytes that we hash most.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
