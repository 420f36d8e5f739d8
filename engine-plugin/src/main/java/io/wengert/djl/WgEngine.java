package io.wengert.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.SymbolBlock;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterServer;
import ai.djl.training.optimizer.Optimizer;
import io.wengert.autograd.Tape;
import io.wengert.kernel.Backend;
import io.wengert.kernel.Backends;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.stream.IntStream;

/** The engine {@code Wengert}. */
public final class WgEngine extends Engine {

    public static final String ENGINE_NAME = "Wengert";

    /** Behind the engines that existing applications rely on, ahead of those that only predict. */
    static final int RANK = 6;

    private final RandomStream random = new RandomStream();
    private WgNDManager system;

    WgEngine() {
        Tape.install();
    }

    /** Not kept, since hardly any program asks. */
    @Override
    public String getVersion() {
        try (InputStream in = WgEngine.class.getResourceAsStream("engine.properties")) {
            Properties p = new Properties();
            p.load(in);
            return p.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The random numbers of all arrays on this engine. */
    public RandomStream random() { return random; }

    /** The root of all managers. */
    synchronized WgNDManager system() {
        if (system == null) {
            system = WgNDManager.system(this);
        }
        return system;
    }

    /**
     * The kernels of a device.
     *
     * @throws IllegalArgumentException if there is no such device
     */
    Backend backend(Device device) {
        if (Device.Type.CPU.equals(device.getDeviceType())) {
            return Backends.cpu();
        }
        if (device.isGpu()) {
            // Without a number DJL's Device.fromName gives -1, as for "whichever".
            return Backends.gpu(Math.max(0, device.getDeviceId()));
        }
        throw new IllegalArgumentException("no device " + device + ": " + ENGINE_NAME + " knows cpu and gpu");
    }

    @Override
    public Engine getAlternativeEngine() { return null; }

    @Override
    public String getEngineName() { return ENGINE_NAME; }

    @Override
    public int getRank() { return RANK; }

    @Override
    public boolean hasCapability(String capability) {
        // CUDNN and MKL are libraries that are not in here.
        return StandardCapabilities.CUDA.equals(capability) && getGpuCount() > 0;
    }

    /** The first GPU that is not lost to this process, or the CPU. */
    @Override
    public Device defaultDevice() {
        return IntStream.range(0, getGpuCount()).filter(i -> !Backends.isLost(i)).mapToObj(Device::gpu).findFirst().orElse(Device.cpu());
    }

    @Override
    public int getGpuCount() { return Backends.gpus(); }

    @Override
    public Model newModel(String name, Device device) { return new WgModel(name, newBaseManager(device)); }

    @Override
    public NDManager newBaseManager() { return newBaseManager(null); }

    @Override
    public NDManager newBaseManager(Device device) { return system().newSubManager(device == null ? defaultDevice() : device); }

    @Override
    public GradientCollector newGradientCollector() { return new WgGradientCollector(); }

    @Override
    public ParameterServer newParameterServer(Optimizer optimizer) { return new WgParameterServer(optimizer); }

    @Override
    public SymbolBlock newSymbolBlock(NDManager manager) { return new WgSymbolBlock(); }

    @Override
    public void setRandomSeed(int seed) {
        super.setRandomSeed(seed);
        random.seed(seed);
    }

    @Override
    public String toString() {
        String gpu = getGpuCount() > 0 ? Backends.gpu(0).description() : "none (" + Backends.gpuStatus() + ")";
        return ENGINE_NAME + ':' + getVersion() + ", CPU: " + Backends.cpu().description() + ", GPU: " + gpu;
    }
}
