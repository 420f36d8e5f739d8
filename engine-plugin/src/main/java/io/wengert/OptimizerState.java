package io.wengert;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.util.Pair;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What an optimizer remembers of a training (momenta, averages, how many updates there were), to a file and back: with it and the
 * model's parameters, training goes on as if it had never been interrupted, to the last bit.
 *
 * <pre>{@code
 * model.save(folder, "net");
 * OptimizerState.save(trainer, folder.resolve("net.state"));
 * ...
 * model.load(folder, "net");
 * Trainer trainer = model.newTrainer(config);      // the same kind of optimizer
 * trainer.initialize(shape);
 * OptimizerState.load(trainer, folder.resolve("net.state"));
 * }</pre>
 *
 * <p>DJL keeps these in private maps by random identifiers of parameters; here they are written by the parameters' names in the
 * block. Numbers that the optimizer was built with (rates, decays) belong to the program and are not written. Works for optimizers of
 * one's own too, as far as they keep their arrays as DJL's do: in maps by parameter and device.
 */
public final class OptimizerState {

    private static final int MAGIC = 0x574F5053;
    private static final int VERSION = 1;

    private final Optimizer optimizer;
    private final Map<String, Parameter> byName = new LinkedHashMap<>();
    private final Map<String, String> names = new HashMap<>();

    /** One array as it was written. */
    private record Saved(Field field, Parameter parameter, NDArray value) {}

    private OptimizerState(Optimizer optimizer, Block block) {
        this.optimizer = optimizer;
        for (Pair<String, Parameter> p : block.getParameters()) {
            byName.put(p.getKey(), p.getValue());
            names.put(p.getValue().getId(), p.getKey());
        }
    }

    /** Writes the state of a trainer's optimizer to a file, which is replaced only when all is written. */
    public static void save(Trainer trainer, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
                save(optimizer(trainer), trainer.getModel().getBlock(), out);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Writes the state that an optimizer has of the parameters of a block; the stream stays open. */
    public static void save(Optimizer optimizer, Block block, OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        new OptimizerState(optimizer, block).write(data);
        data.flush();
    }

    /**
     * Brings the state of a trainer's optimizer back from a file.
     *
     * @throws MalformedModelException if the file holds no such state, or that of other parameters or another kind of optimizer;
     *     nothing has changed then
     */
    public static void load(Trainer trainer, Path file) throws IOException, MalformedModelException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            load(optimizer(trainer), trainer.getModel().getBlock(), in);
        }
    }

    /** As {@link #load(Trainer, Path)}, from a stream, which stays open. */
    public static void load(Optimizer optimizer, Block block, InputStream in) throws IOException, MalformedModelException {
        try {
            new OptimizerState(optimizer, block).read(new DataInputStream(in));
        } catch (EOFException e) {
            throw new MalformedModelException("the optimizer's state ends too early", e);
        }
    }

    private static Optimizer optimizer(Trainer trainer) {
        Object store = get(field(Trainer.class, "parameterStore"), trainer);
        Object server = get(field(store.getClass(), "parameterServer"), store);
        return (Optimizer) get(field(server.getClass(), "optimizer"), server);
    }

    private static Field field(Class<?> type, String name) {
        try {
            Field f = type.getDeclaredField(name);
            f.setAccessible(true);
            return f;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("OptimizerState: " + type.getName() + " has no field " + name + " as in DJL 0.36; with"
                    + " a trainer of another kind, use the methods that take the optimizer itself", e);
        }
    }

    private static Object get(Field f, Object of) {
        try {
            return f.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The maps of arrays by parameter and device, in the optimizer's class and those that it extends. */
    private List<Field> states() {
        List<Field> r = new ArrayList<>();
        for (Class<?> c = optimizer.getClass(); c != Optimizer.class; c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                String type = f.getGenericType().getTypeName();
                if (Map.class.isAssignableFrom(f.getType()) && type.contains(Device.class.getName() + ", " + NDArray.class.getName())) {
                    f.setAccessible(true);
                    r.add(f);
                }
            }
        }
        return r;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Map<Device, NDArray>> arrays(Field f) { return (Map<String, Map<Device, NDArray>>) get(f, optimizer); }

    @SuppressWarnings("unchecked")
    private Map<String, Integer> counts() { return (Map<String, Integer>) get(field(Optimizer.class, "updateCounts"), optimizer); }

    private void write(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeUTF(optimizer.getClass().getName());
        out.writeInt((Integer) get(field(Optimizer.class, "numUpdate"), optimizer));
        Map<String, Integer> counts = new LinkedHashMap<>(counts());
        counts.keySet().retainAll(names.keySet());
        out.writeInt(counts.size());
        for (Map.Entry<String, Integer> e : counts.entrySet()) {
            out.writeUTF(names.get(e.getKey()));
            out.writeInt(e.getValue());
        }
        for (Field f : states()) {
            for (Map.Entry<String, Map<Device, NDArray>> e : arrays(f).entrySet()) {
                if (names.containsKey(e.getKey()) && !e.getValue().isEmpty()) {
                    out.writeUTF(f.getName());
                    out.writeUTF(names.get(e.getKey()));
                    // All devices have the same.
                    byte[] array = e.getValue().values().iterator().next().encode();
                    out.writeInt(array.length);
                    out.write(array);
                }
            }
        }
        out.writeUTF("");
    }

    private void read(DataInputStream in) throws IOException, MalformedModelException {
        if (in.readInt() != MAGIC || in.readInt() != VERSION) {
            throw new MalformedModelException("this is no state of an optimizer, or of a later version");
        }
        String type = in.readUTF();
        if (!type.equals(optimizer.getClass().getName())) {
            throw new MalformedModelException("the state is that of a " + type + ", not of a " + optimizer.getClass().getName());
        }
        int updates = in.readInt();
        Map<String, Integer> counts = new HashMap<>();
        for (int n = in.readInt(); n > 0; n--) {
            String name = in.readUTF();
            counts.put(parameter(name).getId(), in.readInt());
        }
        List<Saved> arrays = new ArrayList<>();
        try {
            for (String f = in.readUTF(); !f.isEmpty(); f = in.readUTF()) {
                arrays.add(array(f, in));
            }
        } catch (IOException | MalformedModelException | RuntimeException e) {
            arrays.forEach(s -> s.value.close());
            throw e;
        }
        put(updates, counts, arrays);
    }

    private Parameter parameter(String name) throws MalformedModelException {
        Parameter p = byName.get(name);
        if (p == null || !p.isInitialized()) {
            throw new MalformedModelException("the state is of a parameter " + name + ", which the block does not have"
                    + (p == null ? "; it has " + byName.keySet() : " initialized"));
        }
        return p;
    }

    private Saved array(String field, DataInputStream in) throws IOException, MalformedModelException {
        Field f = states().stream().filter(x -> x.getName().equals(field)).findFirst()
                .orElseThrow(() -> new MalformedModelException("a " + optimizer.getClass().getName() + " has no " + field));
        String name = in.readUTF();
        Parameter parameter = parameter(name);
        NDArray weight = parameter.getArray();
        int length = in.readInt();
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        NDArray value = NDArray.decode(weight.getManager(), bytes);
        if (!value.getShape().equals(weight.getShape())) {
            value.close();
            throw new MalformedModelException("the state " + field + " of the parameter " + name + " has the shape " + value.getShape()
                    + ", the parameter " + weight.getShape());
        }
        return new Saved(f, parameter, value);
    }

    private void put(int updates, Map<String, Integer> counts, List<Saved> arrays) {
        try {
            field(Optimizer.class, "numUpdate").set(optimizer, updates);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
        counts().keySet().removeAll(names.keySet());
        counts().putAll(counts);
        for (Field f : states()) {
            arrays(f).keySet().removeAll(names.keySet());
        }
        for (Saved s : arrays) {
            // As the optimizer does with states that it makes itself.
            s.value.detach();
            Map<Device, NDArray> onDevice = new ConcurrentHashMap<>();
            onDevice.put(s.value.getDevice(), s.value);
            arrays(s.field).put(s.parameter.getId(), onDevice);
        }
    }
}
