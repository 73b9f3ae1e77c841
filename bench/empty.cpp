// The least that a static C++ program costs: what every figure of a process is compared with.
int main() {}
