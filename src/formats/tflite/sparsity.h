#pragma once

#include "bytes/flatbuffer.h"
#include "model/model.h"

namespace flopstat::tflite {

/// Makes a stored tensor of a type with a fixed size a sparse one: `present` are the elements that its contents hold,
/// zeros inside stored blocks included, and the arrays that say where they belong count as stored bytes.
/// `parameters` is the schema's table SparsityParameters. Throws `Error` where its parts lie outside the file.
void make_sparse(Tensor& tensor, const FlatTable& parameters);

}  // namespace flopstat::tflite
