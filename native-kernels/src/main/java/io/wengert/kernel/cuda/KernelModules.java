package io.wengert.kernel.cuda;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import jcuda.driver.CUmodule;

/**
 * The kernels of one device, each file loaded when its first kernel is asked for.
 *
 * <p>Files are PTX, which the driver compiles for the device that is there and keeps in a cache of its own.
 */
public final class KernelModules {

    private final CudaDevice device;
    private final Map<String, CUmodule> modules = new ConcurrentHashMap<>();
    private final Map<String, CudaKernel> kernels = new ConcurrentHashMap<>();

    KernelModules(CudaDevice device) { this.device = device; }

    /**
     * A kernel of {@code src/main/cuda/file.cu}.
     *
     * @throws CudaException if there is none of this name, or the driver cannot compile it
     */
    public CudaKernel kernel(String file, String entry) {
        CudaKernel k = kernels.get(entry);
        return k != null ? k : kernels.computeIfAbsent(entry, e -> {
            device.enter();
            return new CudaKernel(e, CudaDriver.function(modules.computeIfAbsent(file, this::load), e));
        });
    }

    private CUmodule load(String file) { return CudaDriver.module(terminated(ptx(file)), file); }

    /** A kernel of a text that was written at run time. */
    CudaKernel compile(String text, String entry) {
        device.enter();
        CUmodule m = CudaDriver.module(terminated(text), entry);
        return new CudaKernel(entry, CudaDriver.function(m, entry));
    }

    /** The PTX text of a file of kernels. */
    static String ptx(String file) {
        try (InputStream in = KernelModules.class.getResourceAsStream(file + ".ptx.gz")) {
            if (in == null) {
                throw new IllegalStateException("no PTX of the kernels " + file + "; .ci/cuda-kernels makes it");
            }
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            new GZIPInputStream(in).transferTo(text);
            return text.toString(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] terminated(String text) { return (text + '\0').getBytes(StandardCharsets.US_ASCII); }
}
