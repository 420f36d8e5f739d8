package io.wengert.benchmark.kernel;

import io.wengert.kernel.Backend;
import io.wengert.kernel.DType;
import java.util.function.Function;

/**
 * One kernel of the backend at one size, and the least that it has to do.
 *
 * @param name how reports and arguments call it
 * @param dtype the type it calculates in
 * @param flops additions and multiplications by its definition; 0 where it is the memory that counts
 * @param bytes of every array that it reads or writes, each counted once
 * @param preparation allocates and fills its arrays, and gives the call to be timed
 */
record Kernel(String name, DType dtype, double flops, double bytes, Function<Backend, Runnable> preparation) {}
