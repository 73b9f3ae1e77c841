// Prints how many multiply-accumulates one run of a model takes.
#include <flopstat/analyze.h>

#include <iostream>

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  const flopstat::Figure macs = flopstat::analyze(argv[1]).totals.figures.macs;
  if (macs) std::cout << *macs << '\n';
  return macs ? 0 : 4;
} catch (const flopstat::Error& error) {
  std::cerr << argv[1] << ": " << error.what() << '\n';
  return 3;
}
