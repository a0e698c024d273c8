// A C face for toml++: the parsed document flattened into one array, so that no C++ type reaches Swift.

// The parser recurses once per nested value; the default of 256 would let a hostile file use
// megabytes of stack together with dotted keys.
#define TOML_MAX_NESTED_VALUES 32
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
// toml++ asserts where some malformed documents lead it (`a = ,`): abort() in debug, undefined behaviour
// under NDEBUG. Thrown, an assertion becomes an ordinary refusal.
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? (void)0 : throw ctoml_assertion())
#define TOML_ENABLE_FORMATTERS 0

#include "CTomlPlusPlus.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <vector>

struct ctoml_assertion {};

#include <toml++/toml.h>

struct ctoml_document {
    std::string error;
    uint32_t error_line = 0;
    uint32_t error_column = 0;
    std::deque<std::string> texts;  // a deque never moves its elements
    std::vector<ctoml_node> nodes;

    std::string *keep(std::string text) {
        texts.push_back(std::move(text));
        return &texts.back();
    }

    void append(const toml::node &value, std::string_view key, toml::source_position at);
};

void ctoml_document::append(const toml::node &value, std::string_view key,
                            toml::source_position at) {
    ctoml_node node = {};
    node.line = at.line;
    node.column = at.column;
    if (!key.empty()) {
        std::string *kept = keep(std::string(key));
        node.key = kept->data();
        node.key_length = kept->size();
    }
    size_t index = nodes.size();
    nodes.push_back(node);

    if (const toml::table *table = value.as_table()) {
        // toml++ keeps a table sorted by key; the source position restores the written order.
        struct member {
            const toml::key *key;
            const toml::node *value;
        };
        std::vector<member> members;
        for (auto &&[name, child] : *table) members.push_back({&name, &child});
        std::sort(members.begin(), members.end(), [](const member &a, const member &b) {
            auto x = a.key->source().begin;
            auto y = b.key->source().begin;
            if (x.line != y.line) return x.line < y.line;
            return x.column != y.column ? x.column < y.column : a.key->str() < b.key->str();
        });
        nodes[index].kind = CTOML_TABLE;
        nodes[index].count = members.size();
        for (const member &m : members) append(*m.value, m.key->str(), m.key->source().begin);
        return;
    }
    if (const toml::array *array = value.as_array()) {
        nodes[index].kind = CTOML_ARRAY;
        nodes[index].count = array->size();
        for (const toml::node &child : *array) append(child, {}, child.source().begin);
        return;
    }
    ctoml_node &leaf = nodes[index];
    if (auto text = value.as_string()) {
        std::string *kept = keep(text->get());
        leaf.kind = CTOML_STRING;
        leaf.text = kept->data();
        leaf.text_length = kept->size();
    } else if (auto integer = value.as_integer()) {
        leaf.kind = CTOML_INTEGER;
        leaf.integer = integer->get();
    } else if (auto number = value.as_floating_point()) {
        leaf.kind = CTOML_FLOAT;
        leaf.number = number->get();
    } else if (auto boolean = value.as_boolean()) {
        leaf.kind = CTOML_BOOLEAN;
        leaf.integer = boolean->get() ? 1 : 0;
    } else {
        std::ostringstream stream;
        if (auto date = value.as_date()) stream << date->get();
        if (auto time = value.as_time()) stream << time->get();
        if (auto both = value.as_date_time()) stream << both->get();
        std::string *kept = keep(stream.str());
        leaf.kind = CTOML_DATE_TIME;
        leaf.text = kept->data();
        leaf.text_length = kept->size();
    }
}

extern "C" {

ctoml_document *ctoml_parse(const char *text, size_t length) {
    ctoml_document *document = new (std::nothrow) ctoml_document();
    if (document == nullptr) return nullptr;
    const auto refuse = [document](std::string reason, toml::source_position at) {
        document->nodes.clear();
        document->error = reason.empty() ? "malformed document" : std::move(reason);
        document->error_line = at.line;
        document->error_column = at.column;
    };
    try {
        document->append(toml::parse(std::string_view(text, length)), {}, {1, 1});
    } catch (const toml::parse_error &error) {
        refuse(std::string(error.description()), error.source().begin);
    } catch (const ctoml_assertion &) {
        refuse("malformed document", {1, 1});
    } catch (const std::exception &error) {
        refuse(error.what(), {1, 1});
    }
    return document;
}

const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column) {
    if (document->error.empty()) return nullptr;
    *line = document->error_line;
    *column = document->error_column;
    return document->error.c_str();
}

size_t ctoml_node_count(const ctoml_document *document) { return document->nodes.size(); }
const ctoml_node *ctoml_nodes(const ctoml_document *document) { return document->nodes.data(); }
void ctoml_free(ctoml_document *document) { delete document; }
}
