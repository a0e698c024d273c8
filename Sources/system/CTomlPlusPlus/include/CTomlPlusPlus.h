#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a node of a parsed document is. Tables and arrays are followed by their `count` children, in
// the order of the source text.
enum ctoml_kind {
    CTOML_TABLE = 0,
    CTOML_ARRAY = 1,
    CTOML_STRING = 2,
    CTOML_INTEGER = 3,
    CTOML_FLOAT = 4,
    CTOML_BOOLEAN = 5,
    CTOML_DATE_TIME = 6,
};

// One value in depth-first order. Texts are UTF-8, not terminated, and live as long as the document.
// `key` is empty for the root and for members of an array.
typedef struct ctoml_node {
    int32_t kind;
    uint32_t line;
    uint32_t column;
    const char *key;
    size_t key_length;
    const char *text;  // the string, or the date-time as RFC 3339 text
    size_t text_length;
    int64_t integer;  // also 0 or 1 for a boolean
    double number;
    size_t count;  // children of a table or array
} ctoml_node;

typedef struct ctoml_document ctoml_document;

// Parses UTF-8 text. Never returns NULL except when memory ran out; ask ctoml_error first.
ctoml_document *ctoml_parse(const char *text, size_t length);
// The reason why the text is no TOML, or NULL; with the position (from 1) where it was found.
const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column);
size_t ctoml_node_count(const ctoml_document *document);
const ctoml_node *ctoml_nodes(const ctoml_document *document);
void ctoml_free(ctoml_document *document);

#ifdef __cplusplus
}
#endif
