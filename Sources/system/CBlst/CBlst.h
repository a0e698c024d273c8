#pragma once
// Built from source below .deps/blst by `make deps`; the manifest adds that include path.
#include <blst.h>
#include <blst_aux.h>
