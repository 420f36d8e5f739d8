package io.wengert.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** A file that travels with the examples; {@code LICENSE.txt} beside each says where it comes from. */
final class ShippedFile {

    private ShippedFile() {}

    /** The lines of a gzip file. */
    static List<String> lines(String name) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(open(name)), StandardCharsets.US_ASCII))) {
            return reader.lines().toList();
        }
    }

    /** The whole text of a gzip file. */
    static String text(String name) throws IOException {
        try (InputStream in = new GZIPInputStream(open(name))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** A copy on disk, for readers that take a path; it goes with the program. */
    static Path copy(String name) throws IOException {
        Path file = Files.createTempFile("wengert", name.replace('/', '-'));
        file.toFile().deleteOnExit();
        try (InputStream in = open(name)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    private static InputStream open(String name) { return ShippedFile.class.getResourceAsStream('/' + name); }
}
