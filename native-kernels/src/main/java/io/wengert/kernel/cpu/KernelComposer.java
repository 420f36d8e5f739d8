package io.wengert.kernel.cpu;

import io.wengert.kernel.Fn;
import io.wengert.kernel.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns a program into a kernel: the formula is composed of method handles over a function table, and becomes the class
 * data of a hidden copy of a loop template.
 *
 * <p>The copy is the point: a loop that several formulas share is compiled once with a call that the compiler cannot see
 * through, ten times slower and more. In a copy of its own the formula is a constant and is inlined.
 */
public final class KernelComposer {

    /** The most values a program may have: method handles take at most 255 argument slots, and doubles take two. */
    static final int MAX_VALUES = 110;

    private final MethodHandles.Lookup lookup;
    private final Class<?> table;
    private final Class<?> template;
    private final Class<?> lane;
    private final Class<?> array;
    private byte[] bytes;

    /**
     * @param lookup full access to the package of template and table
     * @param table the functions, and {@code load, param, constant, store} in the template
     * @param template a {@link MapKernel} whose static field takes its formula from the class data
     * @param lane what functions take and give: float, double, long or a vector type
     * @param array the array of stored lanes: {@code float[]}, {@code double[]} or {@code long[]}
     */
    public KernelComposer(MethodHandles.Lookup lookup, Class<?> table, Class<?> template, Class<?> lane, Class<?> array) {
        this.lookup = lookup;
        this.table = table;
        this.template = template;
        this.lane = lane;
        this.array = array;
    }

    /** The kernel of a program. */
    public MapKernel compose(Program p) {
        try {
            MethodHandles.Lookup copy = lookup.defineHiddenClassWithClassData(bytes(), formula(p), true);
            return (MapKernel) copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class)).invoke();
        } catch (Throwable e) {
            throw new IllegalStateException("cannot make a kernel of " + p, e);
        }
    }

    private synchronized byte[] bytes() {
        if (bytes == null) {
            try (InputStream in = template.getResourceAsStream(template.getSimpleName() + ".class")) {
                bytes = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return bytes;
    }

    /** {@code (in, inAt, params, out, outAt, i) -> void}: computes and stores all outputs from element i on. */
    private MethodHandle formula(Program p) throws ReflectiveOperationException {
        Class<?> rows = array.arrayType();
        List<Class<?>> base = List.of(rows, int[].class, array, rows, int[].class, int.class);
        int values = p.args() + p.params() + p.constants() + p.steps().size();
        if (values > MAX_VALUES) {
            throw new IllegalArgumentException("a formula of " + values + " values; at most " + MAX_VALUES + " make a kernel");
        }
        MethodHandle h = MethodHandles.empty(type(void.class, values, base));
        for (int k = p.outs() - 1; k >= 0; k--) {
            MethodHandle store = lookup.findStatic(template, "store",
                    MethodType.methodType(void.class, int.class, lane, rows, int[].class, int.class));
            store = MethodHandles.insertArguments(store, 0, k);
            h = MethodHandles.foldArguments(h, MethodHandles.permuteArguments(store, type(void.class, values, base),
                    values - 1 - p.out(k), values + 3, values + 4, values + 5));
        }
        for (int v = values - 1; v >= 0; v--) {
            h = MethodHandles.foldArguments(h, value(p, v, base));
        }
        return h;
    }

    /** How value {@code v} comes from those before it: {@code (v-1, ..., 0, base) -> lane}. */
    private MethodHandle value(Program p, int v, List<Class<?>> base) throws ReflectiveOperationException {
        MethodType before = type(lane, v, base);
        Class<?> rows = array.arrayType();
        if (v < p.args()) {
            MethodHandle load = lookup.findStatic(template, "load",
                    MethodType.methodType(lane, int.class, rows, int[].class, int.class));
            return MethodHandles.permuteArguments(MethodHandles.insertArguments(load, 0, v), before, v, v + 1, v + 5);
        }
        int k = v - p.args();
        if (k < p.params()) {
            MethodHandle param = lookup.findStatic(template, "param", MethodType.methodType(lane, int.class, array));
            return MethodHandles.permuteArguments(MethodHandles.insertArguments(param, 0, k), before, v + 2);
        }
        k -= p.params();
        if (k < p.constants()) {
            Class<?> number = array.getComponentType();
            MethodHandle constant = lookup.findStatic(template, "constant", MethodType.methodType(lane, number));
            Object c = p.constant(k);
            c = number == float.class ? (Object) (float) p.constant(k) : number == long.class ? (Object) (long) p.constant(k) : c;
            return MethodHandles.dropArguments(MethodHandles.insertArguments(constant, 0, c), 0, before.parameterList());
        }
        Program.Step s = p.steps().get(k - p.constants());
        int[] args = Arrays.copyOf(new int[] {s.x(), s.y(), s.z()}, s.fn().arity());
        MethodHandle f = function(s.fn());
        return MethodHandles.permuteArguments(f, before, Arrays.stream(args).map(a -> v - 1 - a).toArray());
    }

    private MethodHandle function(Fn fn) throws ReflectiveOperationException {
        Class<?>[] types = new Class<?>[fn.arity()];
        Arrays.fill(types, lane);
        try {
            return lookup.findStatic(table, fn.method(), MethodType.methodType(lane, types));
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(fn.method() + " is not defined for " + array.getComponentType(), e);
        }
    }

    private MethodType type(Class<?> result, int values, List<Class<?>> base) {
        List<Class<?>> all = new ArrayList<>();
        for (int i = 0; i < values; i++) {
            all.add(lane);
        }
        all.addAll(base);
        return MethodType.methodType(result, all);
    }
}
