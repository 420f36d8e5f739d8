package io.wengert.examples;

import java.nio.charset.Charset;
import java.util.List;

/**
 * A greyscale image as lines of text: a character cell is about twice as high as it is wide and stands for two pixels,
 * one above the other.
 *
 * @param pixels ink from 0 to 255, row by row
 * @param width pixels a row
 * @param caption the line of text below the image
 */
record TerminalImage(float[] pixels, int width, String caption) {

    private static final String BLOCKS = " ░▒▓█";
    private static final String ASCII = " .+#@";

    /** Draws images in rows of {@code columns}, their captions below them. */
    static String sideBySide(List<TerminalImage> images, int columns) {
        String shades = shades();
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < images.size(); from += columns) {
            List<TerminalImage> row = images.subList(from, Math.min(from + columns, images.size()));
            for (int line = 0; line <= row.get(0).lines(); line++) {
                StringBuilder across = new StringBuilder();
                for (TerminalImage image : row) {
                    String cell = line < image.lines() ? image.line(line, shades) : image.caption;
                    across.append(cell).append(" ".repeat(Math.max(0, image.width - cell.length())));
                }
                text.append(across.toString().stripTrailing()).append('\n');
            }
            text.append('\n');
        }
        return text.toString();
    }

    private int lines() { return pixels.length / width / 2; }

    private String line(int line, String shades) {
        StringBuilder text = new StringBuilder(width);
        for (int x = 0; x < width; x++) {
            int upper = 2 * line * width + x;
            float ink = (pixels[upper] + pixels[upper + width]) / 2;
            text.append(shades.charAt((int) (ink * shades.length() / 256)));
        }
        return text.toString();
    }

    /** The block characters where the terminal's character set has them. */
    private static String shades() {
        String charset = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding"));
        Charset terminal = charset == null ? Charset.defaultCharset() : Charset.forName(charset);
        return terminal.newEncoder().canEncode(BLOCKS) ? BLOCKS : ASCII;
    }
}
