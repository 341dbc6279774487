#include "CTestReading.h"

// In Tests/TestSupport/HDF5Reading.swift.
void test_support_serve_hdf5_reading(int count, char **arguments);

// Runs when the bundle is loaded, with the arguments of the process (glibc hands them to constructors).
__attribute__((constructor)) static void serve(int count, char **arguments) {
    test_support_serve_hdf5_reading(count, arguments);
}
