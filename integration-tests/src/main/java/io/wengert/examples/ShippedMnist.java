package io.wengert.examples;

import ai.djl.repository.RemoteRepository;
import ai.djl.repository.Repository;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The 14,000 MNIST images that travel with these examples, as a repository of DJL's data sets. */
final class ShippedMnist {

    /** Differs from DJL's own id: DJL's cache would take these images for all of MNIST. */
    static final String ARTIFACT_ID = "mnist-14k";

    private static final String ROOT = "/mnist/";
    private static final String ARTIFACT = "dataset/cv/ai/djl/basicdataset/" + ARTIFACT_ID + '/';
    private static final String METADATA = ARTIFACT + "metadata.json";
    private static final List<String> FILES = List.of(
            METADATA,
            ARTIFACT + "1.0/train-images-idx3-ubyte.gz",
            ARTIFACT + "1.0/train-labels-idx1-ubyte.gz",
            ARTIFACT + "1.0/t10k-images-idx3-ubyte.gz",
            ARTIFACT + "1.0/t10k-labels-idx1-ubyte.gz");

    private ShippedMnist() {}

    /** The repository; a "remote" one reads a file: address as it reads an https: one. */
    static Repository repository() { return new RemoteRepository("shipped", Location.ROOT_FOLDER.toUri()); }

    /** The folder that holds the files, found or unpacked on first use. */
    private static final class Location {

        static final Path ROOT_FOLDER = rootFolder();

        private static Path rootFolder() {
            try {
                URI metadata = ShippedMnist.class.getResource(ROOT + METADATA).toURI();
                if (!"file".equals(metadata.getScheme())) {
                    return unpack();
                }
                Path file = Path.of(metadata);
                return file.getRoot().resolve(file.subpath(0, file.getNameCount() - Path.of(METADATA).getNameCount()));
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot unpack the shipped MNIST images", e);
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Copies the files out of the jar: DJL cannot resolve addresses against a jar: address. */
        private static Path unpack() throws IOException {
            Path root = Files.createTempDirectory("mnist-14k");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> Utils.deleteQuietly(root)));
            for (String name : FILES) {
                Path file = root.resolve(name);
                Files.createDirectories(file.getParent());
                try (InputStream in = ShippedMnist.class.getResourceAsStream(ROOT + name)) {
                    Files.copy(in, file);
                }
            }
            return root;
        }
    }
}
