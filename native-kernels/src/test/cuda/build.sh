#!/bin/sh
# build.sh DIR: builds DIR/libcuda.so.1, the emulated driver with all kernels, and DIR/libcublas.so, by g++ (or $CXX); only
# what has changed.
set -e
here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../../main/cuda
out=$1
mkdir -p "$out"
flags="-std=c++17 -O2 -g1 -fPIC -fvisibility=hidden -Wall -Wno-unknown-pragmas -ffp-contract=off -mtls-dialect=gnu2 -I$here -I$kernels"
changed=
objects=
for source in "$here"/*.cpp "$kernels"/*.cu; do
    object=$out/$(basename "$source").o
    objects="$objects $object"
    if [ ! -f "$object" ] || [ -n "$(find "$source" "$here"/*.h "$kernels"/*.h "$0" -newer "$object")" ]; then
        ${CXX:-g++} $flags -x c++ -c "$source" -o "$object.new"
        mv "$object.new" "$object"
        changed=yes
    fi
done
library=$out/libcuda.so.1
if [ -n "$changed" ] || [ ! -f "$library" ]; then
    ${CXX:-g++} -shared -Wl,-soname,libcuda.so.1 -Wl,-Bsymbolic -o "$library.new" $objects -lpthread -ldl
    mv "$library.new" "$library"
fi
blas=$out/libcublas.so
if [ ! -f "$blas" ] || [ -n "$(find "$here/cublas/cublas.cpp" "$0" -newer "$blas")" ]; then
    ${CXX:-g++} -std=c++17 -O2 -fPIC -shared -fvisibility=hidden -Wall -o "$blas.new" "$here/cublas/cublas.cpp" "$library"
    mv "$blas.new" "$blas"
fi
