#include "reports/json_parts.h"
#include "reports/json_writer.h"
#include "reports/scaling.h"

namespace flopstat {
namespace {

using json_parts::text_or_null;

void monomial(JsonWriter& json, const Scaling& scaling, const Monomial& each) {
  json.object(JsonWriter::line, [&] {
    json.member("numerator", each.numerator);
    json.member("denominator", each.denominator);
    json.key("powers");
    json.object(JsonWriter::line, [&] {
      for (size_t dim = 0; dim < scaling.dims.size(); ++dim) {
        if (each.powers[dim] > 0) json.member(scaling.dims[dim], uint64_t{each.powers[dim]});
      }
    });
  });
}

void domain(JsonWriter& json, const SizeDomain& each) {
  json.object(JsonWriter::line, [&] {
    json.member("first", each.first);
    json.member("step", each.step);
    json.key("last");
    if (each.last) {
      json.value(*each.last);
    } else {
      json.null();
    }
  });
}

void polynomial(JsonWriter& json, const Scaling& scaling, const ScalingLaw& law) {
  json.key("polynomial");
  if (!law.polynomial) {
    json.null();
    return;
  }
  json.list(JsonWriter::lines, [&] {
    for (const Monomial& each : law.polynomial->monomials) monomial(json, scaling, each);
  });
}

void law(JsonWriter& json, const Scaling& scaling, const ScalingLaw& law) {
  json.object(JsonWriter::lines, [&] {
    text_or_null(json, "text",
                 law.polynomial ? polynomial_text(*law.polynomial, symbols_of(scaling.dims), true) : std::string());
    polynomial(json, scaling, law);
    json.key("holds_for");
    json.object(JsonWriter::lines, [&] {
      for (size_t dim = 0; dim < law.domains.size(); ++dim) {
        json.key(scaling.dims[dim]);
        domain(json, law.domains[dim]);
      }
    });
    json.key("not_a_polynomial_in");
    json.list(JsonWriter::line, [&] {
      for (const uint32_t dim : law.not_poly_in) json.value(scaling.dims[dim]);
    });
    json.key("because_of_ops");
    json.list(JsonWriter::line, [&] {
      for (const uint32_t row : law.rows) json.value(uint64_t{row});
    });
    text_or_null(json, "unknown", law.unknown);
  });
}

void table(JsonWriter& json, const Scaling& scaling) {
  json.key("table");
  json.list(JsonWriter::lines, [&] {
    for (const ScaledSizes& line : scaling.table) {
      json.object(JsonWriter::line, [&] {
        json.key("dims");
        json.object(JsonWriter::line, [&] {
          for (size_t dim = 0; dim < scaling.dims.size(); ++dim) json.member(scaling.dims[dim], line.sizes[dim]);
        });
        for (const ScaledFigure figure : kScaledFigures) {
          json.key(key_of(figure));
          json_parts::write(json, line.figures[index_of(figure)]);
        }
        text_or_null(json, "unknown", line.unknown);
      });
    }
  });
}

}  // namespace

void write_scaling_json(const Scaling& scaling, std::string& out) {
  const std::vector<std::string> symbols = symbols_of(scaling.dims);
  JsonWriter json(out);
  json.object(JsonWriter::lines, [&] {
    json_parts::head(json, scaling.report, "scale");
    json.key("symbols");
    json.object(JsonWriter::line, [&] {
      for (size_t dim = 0; dim < symbols.size(); ++dim) json.member(scaling.dims[dim], symbols[dim]);
    });
    json.key("laws");
    json.object(JsonWriter::lines, [&] {
      for (const ScaledFigure figure : kScaledFigures) {
        json.key(key_of(figure));
        law(json, scaling, scaling.laws[index_of(figure)]);
      }
    });
    table(json, scaling);
    json_parts::warnings(json, scaling.report);
  });
}

}  // namespace flopstat
