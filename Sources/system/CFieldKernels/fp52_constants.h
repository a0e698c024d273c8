// Numbers of the vector kernels: radix 2^52, Montgomery form with R = 2^416.
#ifndef VENUS_FP52_CONSTANTS_H
#define VENUS_FP52_CONSTANTS_H

#include <stdint.h>

// p.
static const uint64_t FP52_P[8] = {
    0xeffffffffaaabull, 0xfeb153ffffb9full, 0x6b0f6241eabffull, 0x12bf6730d2a0full,
    0x764774b84f385ull, 0x1ba7b6434bacdull, 0x1ea397fe69a4bull, 0x1a011ull,
};
// 4 p.
static const uint64_t FP52_4P[8] = {
    0xbfffffffeaaacull, 0xfac54ffffee7full, 0xac3d8907aafffull, 0x4afd9cc34a83dull,
    0xd91dd2e13ce14ull, 0x6e9ed90d2eb35ull, 0x7a8e5ff9a692cull, 0x68044ull,
};
// 16 p.
static const uint64_t FP52_16P[8] = {
    0xffffffffaaab0ull, 0xeb153ffffb9feull, 0xb0f6241eabfffull, 0x2bf6730d2a0f6ull,
    0x64774b84f3851ull, 0xba7b6434bacd7ull, 0xea397fe69a4b1ull, 0x1a0111ull,
};
// 2^416 mod p: one.
static const uint64_t FP52_ONE[8] = {
    0x6480ea8e9b9afull, 0x65766c8fe444full, 0x8b540fea96f7dull, 0x3b2ee82efd422ull,
    0xa6723e5f0ade5ull, 0xff6eb6fdd4230ull, 0xe06ef23c24a25ull, 0x14c8eull,
};
// 2^448 mod p: the product takes blst's form (R = 2^384) to this one.
static const uint64_t FP52_FROM_BLST[8] = {
    0x7fde37dba9366ull, 0x4e27525bc342bull, 0x1f5b1e9778489ull, 0xb872b2b91b9dcull,
    0xb206f497dfcafull, 0x4137cc89a9b0bull, 0xd9d20d7e39959ull, 0x411cull,
};
// 2^832 mod p: the product takes a plain integer to this form.
static const uint64_t FP52_FROM_PLAIN[8] = {
    0xa5bf4cb89af51ull, 0x3afbba7ca31a2ull, 0x2646160ec71f1ull, 0xa84d710465903ull,
    0x3480a4a188311ull, 0x98e5907ad91f5ull, 0x2075d74507266ull, 0x8746ull,
};
// 2^384 mod p: the product takes this form to blst's.
static const uint64_t FP52_TO_BLST[8] = {
    0x900000002fffdull, 0xbc40c0002760ull, 0x3c758baebf400ull, 0x57455f4898575ull,
    0xd77ce58537052ull, 0x71a97a256ec6ull, 0xec3fa80e4935cull, 0x15f65ull,
};
// p in limbs of 64 bits.
static const uint64_t FP64_P[6] = {
    0xb9feffffffffaaabull, 0x1eabfffeb153ffffull, 0x6730d2a0f6b0f624ull, 0x64774b84f38512bfull,
    0x4b1ba7b6434bacd7ull, 0x1a0111ea397fe69aull,
};
// 2^64 in blst's form.
static const uint64_t FP64_SHIFT_64[6] = {
    0x42b7fde37dba9366ull, 0x7784894e27525bc3ull, 0xb2b91b9dc1f5b1e9ull, 0x206f497dfcafb872ull,
    0x594137cc89a9b0bbull, 0x411cd9d20d7e399ull,
};
// -1/p and 1/p mod 2^52.
#define FP52_MINUS_INVERSE 0x3fffcfffcfffdull
#define FP52_INVERSE 0xc000300030003ull
// floor(p / 2^364) + 1, and floor(2^40 / that): they estimate quotients by p from the top limb.
#define FP52_TOP 0x1a012ull
#define FP52_QUOTIENT 0x9d8307ull

#endif
