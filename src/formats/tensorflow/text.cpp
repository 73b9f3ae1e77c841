#include "formats/tensorflow/text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <span>
#include <string_view>

#include "bytes/c_array.h"
#include "bytes/protobuf.h"
#include "flopstat/error.h"

namespace flopstat::tensorflow {
namespace {

enum class Kind : uint8_t { integer, real32, real64, text, message };

struct Message;

/// A field of a message: its name, its number and what it holds.
struct Field {
  std::string_view name;
  uint32_t number;
  Kind kind;
  const Message* (*message)() = nullptr;
};

struct Message {
  std::span<const Field> fields;
};

// The messages, as far as the reader looks at them. Source: the .proto files named in schema.h.

template <const auto& fields>
const Message* message_of() {
  static constexpr Message kMessage{fields};
  return &kMessage;
}

constexpr std::array kDim{Field{"size", 1, Kind::integer}};
constexpr std::array kShape{Field{"dim", 2, Kind::message, message_of<kDim>}, Field{"unknown_rank", 3, Kind::integer}};
constexpr std::array kTensor{
    Field{"dtype", 1, Kind::integer},       Field{"tensor_shape", 2, Kind::message, message_of<kShape>},
    Field{"tensor_content", 4, Kind::text}, Field{"float_val", 5, Kind::real32},
    Field{"double_val", 6, Kind::real64},   Field{"int_val", 7, Kind::integer},
    Field{"string_val", 8, Kind::text},     Field{"int64_val", 10, Kind::integer},
    Field{"bool_val", 11, Kind::integer},   Field{"half_val", 13, Kind::integer},
    Field{"uint32_val", 16, Kind::integer}, Field{"uint64_val", 17, Kind::integer}};
constexpr std::array kFunctionName{Field{"name", 1, Kind::text}};
constexpr std::array kList{Field{"s", 2, Kind::text},
                           Field{"i", 3, Kind::integer},
                           Field{"f", 4, Kind::real32},
                           Field{"b", 5, Kind::integer},
                           Field{"type", 6, Kind::integer},
                           Field{"shape", 7, Kind::message, message_of<kShape>},
                           Field{"func", 9, Kind::message, message_of<kFunctionName>}};
constexpr std::array kAttrValue{Field{"list", 1, Kind::message, message_of<kList>},
                                Field{"s", 2, Kind::text},
                                Field{"i", 3, Kind::integer},
                                Field{"f", 4, Kind::real32},
                                Field{"b", 5, Kind::integer},
                                Field{"type", 6, Kind::integer},
                                Field{"shape", 7, Kind::message, message_of<kShape>},
                                Field{"tensor", 8, Kind::message, message_of<kTensor>},
                                Field{"func", 10, Kind::message, message_of<kFunctionName>}};
constexpr std::array kAttr{Field{"key", 1, Kind::text}, Field{"value", 2, Kind::message, message_of<kAttrValue>}};
constexpr std::array kNode{Field{"name", 1, Kind::text}, Field{"op", 2, Kind::text}, Field{"input", 3, Kind::text},
                           Field{"attr", 5, Kind::message, message_of<kAttr>}};
constexpr std::array kArgument{Field{"name", 1, Kind::text}, Field{"type", 3, Kind::integer}};
constexpr std::array kSignature{Field{"name", 1, Kind::text},
                                Field{"input_arg", 2, Kind::message, message_of<kArgument>},
                                Field{"output_arg", 3, Kind::message, message_of<kArgument>}};
constexpr std::array kTextEntry{Field{"key", 1, Kind::text}, Field{"value", 2, Kind::text}};
constexpr std::array kFunction{Field{"signature", 1, Kind::message, message_of<kSignature>},
                               Field{"node_def", 3, Kind::message, message_of<kNode>},
                               Field{"ret", 4, Kind::message, message_of<kTextEntry>}};
constexpr std::array kLibrary{Field{"function", 1, Kind::message, message_of<kFunction>}};
constexpr std::array kGraph{Field{"node", 1, Kind::message, message_of<kNode>},
                            Field{"library", 2, Kind::message, message_of<kLibrary>}};
constexpr std::array kTensorInfo{Field{"name", 1, Kind::text}, Field{"dtype", 2, Kind::integer},
                                 Field{"tensor_shape", 3, Kind::message, message_of<kShape>}};
constexpr std::array kInfoEntry{Field{"key", 1, Kind::text}, Field{"value", 2, Kind::message, message_of<kTensorInfo>}};
constexpr std::array kSignatureDef{Field{"inputs", 1, Kind::message, message_of<kInfoEntry>},
                                   Field{"outputs", 2, Kind::message, message_of<kInfoEntry>}};
constexpr std::array kSignatureEntry{Field{"key", 1, Kind::text},
                                     Field{"value", 2, Kind::message, message_of<kSignatureDef>}};
constexpr std::array kVariable{Field{"trainable", 3, Kind::integer}, Field{"name", 6, Kind::text}};
constexpr std::array kObject{Field{"variable", 7, Kind::message, message_of<kVariable>}};
constexpr std::array kConcrete{Field{"bound_inputs", 2, Kind::integer}};
constexpr std::array kConcreteEntry{Field{"key", 1, Kind::text},
                                    Field{"value", 2, Kind::message, message_of<kConcrete>}};
constexpr std::array kObjects{Field{"nodes", 1, Kind::message, message_of<kObject>},
                              Field{"concrete_functions", 2, Kind::message, message_of<kConcreteEntry>}};
constexpr std::array kInfo{Field{"tags", 4, Kind::text}, Field{"tensorflow_version", 5, Kind::text}};
constexpr std::array kMetaGraph{Field{"meta_info_def", 1, Kind::message, message_of<kInfo>},
                                Field{"graph_def", 2, Kind::message, message_of<kGraph>},
                                Field{"signature_def", 5, Kind::message, message_of<kSignatureEntry>},
                                Field{"object_graph_def", 7, Kind::message, message_of<kObjects>}};
constexpr std::array kSavedModel{Field{"saved_model_schema_version", 1, Kind::integer},
                                 Field{"meta_graphs", 2, Kind::message, message_of<kMetaGraph>}};

/// Names of DataType from number 1 on. Source: core/framework/types.proto.
constexpr std::array<std::string_view, 31> kTypes{"DT_FLOAT",
                                                  "DT_DOUBLE",
                                                  "DT_INT32",
                                                  "DT_UINT8",
                                                  "DT_INT16",
                                                  "DT_INT8",
                                                  "DT_STRING",
                                                  "DT_COMPLEX64",
                                                  "DT_INT64",
                                                  "DT_BOOL",
                                                  "DT_QINT8",
                                                  "DT_QUINT8",
                                                  "DT_QINT32",
                                                  "DT_BFLOAT16",
                                                  "DT_QINT16",
                                                  "DT_QUINT16",
                                                  "DT_UINT16",
                                                  "DT_COMPLEX128",
                                                  "DT_HALF",
                                                  "DT_RESOURCE",
                                                  "DT_VARIANT",
                                                  "DT_UINT32",
                                                  "DT_UINT64",
                                                  "DT_FLOAT8_E5M2",
                                                  "DT_FLOAT8_E4M3FN",
                                                  "DT_FLOAT8_E5M2FNUZ",
                                                  "DT_FLOAT8_E4M3FNUZ",
                                                  "DT_FLOAT8_E4M3B11FNUZ",
                                                  "DT_INT4",
                                                  "DT_UINT4",
                                                  "DT_INT2"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void put_tag(std::string& out, uint32_t number, WireType type) {
  put_varint(out, uint64_t{number} << 3 | static_cast<uint64_t>(type));
}

void put_text(std::string& out, uint32_t number, std::string_view text) {
  put_tag(out, number, WireType::delimited);
  put_varint(out, text.size());
  out += text;
}

template <class Bits>
void put_fixed(std::string& out, Bits bits) {
  for (size_t i = 0; i < sizeof(bits); ++i) out.push_back(static_cast<char>(bits >> (8 * i)));
}

/// The field of that name; null where nobody reads it.
const Field* field_named(const Message* message, std::string_view name) {
  if (message == nullptr) return nullptr;
  for (const Field& field : message->fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

class Translator {
 public:
  explicit Translator(Bytes text) : text_(reinterpret_cast<const char*>(text.data()), text.size()) {}

  std::string translate(const Message& root) {
    std::string out;
    fields(&root, '\0', 0, out);
    return out;
  }

 private:
  [[noreturn]] void corrupt(const std::string& message) const {
    const ErrorCode code = at_ >= text_.size() ? ErrorCode::truncated : ErrorCode::corrupt;
    throw Error(code, message, at_, "it is read as a message of TensorFlow in text format");
  }

  /// The next character that is no space and in no comment; '\0' at the end.
  char peek() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (is_space(text_[at_])) {
        ++at_;
      } else {
        return text_[at_];
      }
    }
    return '\0';
  }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  std::string_view word() {
    peek();
    const size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// Digits, letters, signs and points: a number or a word.
  std::string_view scalar() {
    peek();
    const size_t begin = at_;
    const auto belongs = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '+' || c == '.'; };
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    if (at_ == begin) corrupt("expected a value");
    return text_.substr(begin, at_ - begin);
  }

  /// The fields of a message up to `closing`, or those that nobody reads where there is no message.
  void fields(const Message* message, char closing, uint32_t depth, std::string& out) {
    if (depth > ProtoMessage::kMaxDepth) {
      throw Error(ErrorCode::limit, "messages are nested deeper than " + std::to_string(ProtoMessage::kMaxDepth), at_);
    }
    for (;;) {
      const char next = peek();
      if (next == closing) {
        if (closing != '\0') ++at_;
        return;
      }
      const std::string_view name = next == '[' ? extension() : word();
      if (name.empty()) corrupt("expected the name of a field");
      const bool colon = take(':');
      values(field_named(message, name), colon, depth, out);
      if (!take(',')) take(';');
    }
  }

  /// The name of an extension or of a type, in brackets.
  std::string_view extension() {
    const size_t begin = at_;
    at_ = text_.find(']', at_);
    if (at_ == std::string_view::npos) {
      at_ = text_.size();
      corrupt("a name in brackets has no end");
    }
    ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void values(const Field* field, bool colon, uint32_t depth, std::string& out) {
    if (!take('[')) return value(field, colon, depth, out);
    if (take(']')) return;
    do value(field, colon, depth, out);
    while (take(','));
    if (!take(']')) corrupt("expected ']' behind a list");
  }

  void value(const Field* field, bool colon, uint32_t depth, std::string& out) {
    const char next = peek();
    if (next == '{' || next == '<') {
      if (field != nullptr && field->kind != Kind::message) corrupt("a plain value is given as a message");
      ++at_;
      std::string inside;
      fields(field == nullptr ? nullptr : field->message(), next == '{' ? '}' : '>', depth + 1, inside);
      if (field != nullptr) put_text(out, field->number, inside);
      return;
    }
    if (!colon) corrupt("expected ':' or '{' behind the name of a field");
    if (next == '"' || next == '\'') {
      const std::string text = texts();
      if (field == nullptr) return;
      if (field->kind != Kind::text) corrupt("a text is given for a field that holds none");
      put_text(out, field->number, text);
      return;
    }
    const std::string_view token = scalar();
    if (field != nullptr) put_scalar(*field, token, out);
  }

  void put_scalar(const Field& field, std::string_view token, std::string& out) {
    switch (field.kind) {
      case Kind::integer:
        put_tag(out, field.number, WireType::varint);
        put_varint(out, static_cast<uint64_t>(integer(token)));
        return;
      case Kind::real32:
        put_tag(out, field.number, WireType::fixed32);
        put_fixed(out, std::bit_cast<uint32_t>(static_cast<float>(real(token))));
        return;
      case Kind::real64: {
        // One of a packed run, the only form that the reader of constants takes.
        std::string run;
        put_fixed(run, std::bit_cast<uint64_t>(real(token)));
        put_text(out, field.number, run);
        return;
      }
      case Kind::text:
      case Kind::message: corrupt("a number or word is given for a field that holds none");
    }
  }

  int64_t integer(std::string_view token) const {
    if (token == "true") return 1;
    if (token == "false") return 0;
    std::string_view name = token;
    constexpr std::string_view kReference = "_REF";
    const bool reference = name.ends_with(kReference);
    if (reference) name.remove_suffix(kReference.size());
    if (const auto* const type = std::ranges::find(kTypes, name); type != kTypes.end()) {
      return type - kTypes.begin() + 1 + (reference ? 100 : 0);
    }
    if (is_letter(token.front())) return 0;  // a type that no version had
    const std::string text(token);
    char* end = nullptr;
    const int64_t value = token.front() == '-' ? std::strtoll(text.c_str(), &end, 0)
                                               : static_cast<int64_t>(std::strtoull(text.c_str(), &end, 0));
    if (*end != '\0') corrupt("expected a whole number, found '" + text.substr(0, 80) + "'");
    return value;
  }

  double real(std::string_view token) const {
    std::string text(token);
    if (!text.empty() && (text.back() == 'f' || text.back() == 'F') && text.find("inf") == std::string::npos) {
      text.pop_back();
    }
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') corrupt("expected a number, found '" + text.substr(0, 80) + "'");
    return value;
  }

  /// Texts in quotes behind each other are one.
  std::string texts() {
    std::string out;
    for (char quote = peek(); quote == '"' || quote == '\''; quote = peek()) {
      ++at_;
      while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] == '\\') {
          escape(out);
        } else {
          out.push_back(text_[at_++]);
        }
      }
      if (at_ == text_.size()) corrupt("a text has no closing quote");
      ++at_;
    }
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view kLetters = "abfnrtv\\'\"?";
    constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\'\"?";
    ++at_;
    if (at_ == text_.size()) corrupt("a text ends behind a backslash");
    const char c = text_[at_++];
    if (const size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      out.push_back(kMeant[letter]);
      return;
    }
    const bool hex = c == 'x' || c == 'X';
    if (!hex && (c < '0' || c > '7')) corrupt("a text has an escape that the format does not have");
    unsigned value = hex ? 0 : static_cast<unsigned>(c - '0');
    for (int i = 0; i < 2 && at_ < text_.size(); ++i) {
      const char digit = text_[at_];
      const bool lower = digit >= 'a' && digit <= 'f';
      const bool upper = digit >= 'A' && digit <= 'F';
      if (hex && !is_digit(digit) && !lower && !upper) break;
      if (!hex && (digit < '0' || digit > '7')) break;
      const int each = is_digit(digit) ? digit - '0' : (lower ? digit - 'a' : digit - 'A') + 10;
      value = value * (hex ? 16 : 8) + static_cast<unsigned>(each);
      ++at_;
    }
    out.push_back(static_cast<char>(value));
  }

  std::string_view text_;
  size_t at_ = 0;
};

/// The first word that is in no comment, and whether a field follows it.
bool begins_with_any(Bytes bytes, std::span<const std::string_view> names) {
  constexpr size_t kFarEnough = 4096;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kFarEnough));
  size_t at = 0;
  while (at < text.size() && (is_space(text[at]) || text[at] == '#')) {
    at = text[at] == '#' ? std::min(text.find('\n', at), text.size()) : at + 1;
  }
  size_t end = at;
  while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) ++end;
  if (std::ranges::find(names, text.substr(at, end - at)) == names.end()) return false;
  while (end < text.size() && is_space(text[end])) ++end;
  return end < text.size() && (text[end] == ':' || text[end] == '{' || text[end] == '<');
}

}  // namespace

bool is_graph_text(Bytes bytes) {
  constexpr std::array<std::string_view, 3> kNames{"node", "library", "versions"};
  return begins_with_any(bytes, kNames) && looks_like_text(bytes);
}

bool is_saved_model_text(Bytes bytes) {
  constexpr std::array<std::string_view, 2> kNames{"saved_model_schema_version", "meta_graphs"};
  return begins_with_any(bytes, kNames) && looks_like_text(bytes);
}

std::string wire_of_graph_text(Bytes text) { return Translator(text).translate(*message_of<kGraph>()); }

std::string wire_of_saved_model_text(Bytes text) { return Translator(text).translate(*message_of<kSavedModel>()); }

}  // namespace flopstat::tensorflow
