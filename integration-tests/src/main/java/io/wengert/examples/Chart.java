package io.wengert.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.imageio.ImageIO;

/** Lines, bands and levels over a common axis, drawn as text for a terminal and as a PNG picture. */
final class Chart {

    /** A line where {@code low} is {@code high}, a filled band otherwise. */
    private record Series(String name, double[] x, double[] low, double[] high) {
        boolean isBand() { return low != high; }
    }

    private static final String MARKS = "*o+x#@%&";
    private static final Color[] COLOURS = {new Color(0x1f77b4), new Color(0xd62728), new Color(0x2ca02c),
        new Color(0x9467bd), new Color(0xff7f0e), new Color(0x8c564b), new Color(0xe377c2), new Color(0x7f7f7f)};
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final int LEFT = 70;
    private static final int MARGIN = 62;

    private final String title;
    private final String across;
    private final List<Series> series = new ArrayList<>();
    private double x0 = Double.POSITIVE_INFINITY;
    private double x1 = Double.NEGATIVE_INFINITY;
    private double y0 = Double.POSITIVE_INFINITY;
    private double y1 = Double.NEGATIVE_INFINITY;

    /** An empty chart; {@code across} says what the horizontal axis counts. */
    Chart(String title, String across) {
        this.title = title;
        this.across = across;
    }

    /** Adds a line through the points (x[i], y[i]). */
    Chart line(String name, double[] x, double[] y) { return add(new Series(name, x, y, y)); }

    /** Adds the area between {@code low} and {@code high}. */
    Chart band(String name, double[] x, double[] low, double[] high) { return add(new Series(name, x, low, high)); }

    /** Adds a level line across what the chart holds so far. */
    Chart level(String name, double y) { return line(name, new double[] {x0, x1}, new double[] {y, y}); }

    /** The chart as lines of text of at most so many characters; marks of later series cover those of earlier ones. */
    String toText(int columns, int rows) {
        char[][] cells = new char[rows][columns];
        for (char[] row : cells) Arrays.fill(row, ' ');
        for (int s = 0; s < series.size(); s++) {
            Series one = series.get(s);
            for (int column = 0; column < columns; column++) {
                double x = x0 + (x1 - x0) * column / (columns - 1);
                if (x < one.x[0] || x > one.x[one.x.length - 1]) {
                    continue;
                }
                int top = row(at(one.x, one.high, x), rows);
                int bottom = row(at(one.x, one.low, x), rows);
                for (int row = top; row <= bottom; row++) cells[row][column] = mark(s);
            }
        }
        StringBuilder text = new StringBuilder(title).append('\n');
        for (int row = 0; row < rows; row++) {
            boolean labelled = row % 4 == 0 || row == rows - 1;
            String label = labelled ? number(y1 - (y1 - y0) * row / (rows - 1)) : "";
            text.append(String.format("%8s |%s", label, new String(cells[row]).stripTrailing())).append('\n');
        }
        String right = number(x1);
        text.append(" ".repeat(9)).append('+').append("-".repeat(columns)).append('\n');
        text.append(" ".repeat(10)).append(String.format("%-" + (columns - right.length()) + "s%s",
                number(x0) + "  " + across, right)).append('\n');
        for (int s = 0; s < series.size(); s++) {
            text.append(" ".repeat(10)).append(mark(s)).append("  ").append(series.get(s).name).append('\n');
        }
        return text.toString();
    }

    /** Writes the chart as a PNG picture, making its folder if need be. */
    void save(Path file) throws IOException { savePng(this::toImage, file); }

    /**
     * Draws and writes a picture, making its folder if need be. Where the machine has no fonts, as some containers, it
     * says so and does without.
     */
    static void savePng(Supplier<BufferedImage> picture, Path file) throws IOException {
        BufferedImage image;
        try {
            image = picture.get();
        } catch (LinkageError | InternalError | NullPointerException e) {
            System.out.println("not drawn, for want of fonts: " + file + " (" + e + ")");
            return;
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        ImageIO.write(image, "png", file.toFile());
        System.out.println("drawn: " + file);
    }

    private BufferedImage toImage() {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        paintAxes(graphics);
        for (int s = 0; s < series.size(); s++) paint(graphics, s);
        paintNames(graphics);
        graphics.dispose();
        return image;
    }

    private Chart add(Series one) {
        series.add(one);
        x0 = Math.min(x0, Arrays.stream(one.x).min().orElseThrow());
        x1 = Math.max(x1, Arrays.stream(one.x).max().orElseThrow());
        y0 = Math.min(y0, Arrays.stream(one.low).min().orElseThrow());
        y1 = Math.max(y1, Arrays.stream(one.high).max().orElseThrow());
        return this;
    }

    private char mark(int s) { return series.get(s).isBand() ? ':' : MARKS.charAt(s % MARKS.length()); }

    private int row(double y, int rows) {
        return y1 == y0 ? rows / 2 : (int) Math.round((y1 - y) / (y1 - y0) * (rows - 1));
    }

    /** The value at {@code x} of the line through the points (xs[i], ys[i]), xs ascending. */
    private static double at(double[] xs, double[] ys, double x) {
        int right = 0;
        while (right < xs.length - 1 && xs[right] < x) right++;
        if (right == 0 || xs[right] == xs[right - 1]) {
            return ys[right];
        }
        double share = (x - xs[right - 1]) / (xs[right] - xs[right - 1]);
        return ys[right - 1] + share * (ys[right] - ys[right - 1]);
    }

    private void paintAxes(Graphics2D graphics) {
        graphics.setColor(Color.BLACK);
        graphics.drawString(title, LEFT, 17);
        for (int tick = 0; tick <= 5; tick++) {
            double x = x0 + (x1 - x0) * tick / 5;
            double y = y0 + (y1 - y0) * tick / 5;
            graphics.setColor(new Color(0xe0e0e0));
            graphics.drawLine(LEFT, pixelY(y), WIDTH - MARGIN, pixelY(y));
            graphics.setColor(Color.BLACK);
            graphics.drawString(number(x), pixelX(x) - 12, HEIGHT - MARGIN + 18);
            graphics.drawString(number(y), 10, pixelY(y) + 5);
        }
        graphics.drawString(across, WIDTH / 2, HEIGHT - 6);
        graphics.drawRect(LEFT, MARGIN, WIDTH - LEFT - MARGIN, HEIGHT - 2 * MARGIN);
    }

    private void paint(Graphics2D graphics, int s) {
        Series one = series.get(s);
        Color colour = COLOURS[s % COLOURS.length];
        int points = one.x.length;
        if (one.isBand()) {
            Polygon area = new Polygon();
            for (int i = 0; i < points; i++) area.addPoint(pixelX(one.x[i]), pixelY(one.low[i]));
            for (int i = points - 1; i >= 0; i--) area.addPoint(pixelX(one.x[i]), pixelY(one.high[i]));
            graphics.setColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 80));
            graphics.fillPolygon(area);
        } else {
            graphics.setColor(colour);
            graphics.setStroke(new BasicStroke(2));
            for (int i = 1; i < points; i++) {
                graphics.drawLine(pixelX(one.x[i - 1]), pixelY(one.low[i - 1]), pixelX(one.x[i]), pixelY(one.low[i]));
            }
        }
    }

    /** Writes the names of the series above the chart, in as many lines as they need. */
    private void paintNames(Graphics2D graphics) {
        int x = LEFT;
        int y = 36;
        for (int s = 0; s < series.size(); s++) {
            String name = series.get(s).name;
            int width = graphics.getFontMetrics().stringWidth(name) + 40;
            if (x + width > WIDTH) {
                x = LEFT;
                y += 18;
            }
            graphics.setColor(COLOURS[s % COLOURS.length]);
            graphics.fillRect(x, y - 11, 12, 12);
            graphics.setColor(Color.BLACK);
            graphics.drawString(name, x + 17, y);
            x += width;
        }
    }

    private int pixelX(double x) {
        return LEFT + (int) Math.round((x - x0) / Math.max(x1 - x0, 1e-12)
                * (WIDTH - LEFT - MARGIN));
    }

    private int pixelY(double y) {
        return HEIGHT - MARGIN - (int) Math.round((y - y0) / Math.max(y1 - y0, 1e-12)
                * (HEIGHT - 2 * MARGIN));
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 || value == Math.rint(value) ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }
}
