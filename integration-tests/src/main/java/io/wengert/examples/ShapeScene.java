package io.wengert.examples;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Polygon;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A generated picture of one to three coloured shapes on a noisy ground, and where they are.
 *
 * @param picture 64 x 64 pixels
 * @param boxes the shapes
 */
record ShapeScene(BufferedImage picture, List<Box> boxes) {

    /**
     * A shape found or drawn; coordinates from 0 to 1, score from 0 to 1 how sure a detector is.
     *
     * @param kind index in {@link #KINDS}
     */
    record Box(int kind, float score, float left, float top, float right, float bottom) {

        /** Intersection over union with another box: 0 apart, 1 the same. */
        float overlap(Box other) {
            float width = Math.min(right, other.right) - Math.max(left, other.left);
            float height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
            float common = Math.max(0, width) * Math.max(0, height);
            return common / (area() + other.area() - common);
        }

        private float area() { return (right - left) * (bottom - top); }
    }

    /** The shapes that there are. */
    static final List<String> KINDS = List.of("disc", "square", "triangle");

    /** Pixels across and down. */
    static final int SIZE = 64;

    /** The most shapes in a picture. */
    static final int MOST = 3;

    /** The next random scene. */
    static ShapeScene next(Random random) {
        BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        int ground = 100 + random.nextInt(100);
        for (int i = 0; i < SIZE * SIZE; i++) {
            int grey = Math.max(0, Math.min(255, ground + (int) (12 * random.nextGaussian())));
            picture.setRGB(i % SIZE, i / SIZE, new Color(grey, grey, grey).getRGB());
        }
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        List<Box> boxes = new ArrayList<>();
        int wanted = 1 + random.nextInt(MOST);
        for (int attempt = 0; attempt < 20 && boxes.size() < wanted; attempt++) {
            int side = 14 + random.nextInt(15);
            int x = random.nextInt(SIZE - side);
            int y = random.nextInt(SIZE - side);
            float scale = SIZE;
            Box box = new Box(random.nextInt(KINDS.size()), 1, x / scale, y / scale, (x + side) / scale, (y + side) / scale);
            if (boxes.stream().allMatch(other -> other.overlap(box) < 0.05f)) {
                graphics.setColor(Color.getHSBColor(random.nextFloat(), 0.9f, random.nextBoolean() ? 1f : 0.4f));
                fill(graphics, box.kind, x, y, side);
                boxes.add(box);
            }
        }
        graphics.dispose();
        return new ShapeScene(picture, boxes);
    }

    /** The colours as numbers from -1 to 1: (red, green, blue) planes, row by row. */
    float[] planes() {
        float[] planes = new float[3 * SIZE * SIZE];
        for (int i = 0; i < SIZE * SIZE; i++) {
            int rgb = picture.getRGB(i % SIZE, i / SIZE);
            for (int c = 0; c < 3; c++) planes[c * SIZE * SIZE + i] = (rgb >> 16 - 8 * c & 255) / 127.5f - 1;
        }
        return planes;
    }

    /** Scenes in a grid, so many times enlarged, with the boxes that a detector found in each. */
    static BufferedImage drawn(List<ShapeScene> scenes, List<List<Box>> found, int columns, int zoom) {
        int side = SIZE * zoom;
        int rows = (scenes.size() + columns - 1) / columns;
        BufferedImage sheet = new BufferedImage(columns * (side + 4), rows * (side + 4), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        for (int i = 0; i < scenes.size(); i++) {
            int x = i % columns * (side + 4);
            int y = i / columns * (side + 4);
            graphics.drawImage(scenes.get(i).picture, x, y, side, side, null);
            for (Box box : found.get(i)) {
                graphics.setColor(Color.WHITE);
                graphics.drawRect(x + (int) (box.left * side), y + (int) (box.top * side),
                        (int) ((box.right - box.left) * side), (int) ((box.bottom - box.top) * side));
                graphics.drawString(KINDS.get(box.kind) + ' ' + Math.round(100 * box.score) + " %",
                        x + (int) (box.left * side) + 2, y + Math.max(10, (int) (box.top * side) - 2));
            }
        }
        graphics.dispose();
        return sheet;
    }

    /** How much each pixel differs from the ground, 0 to 255, with the outlines of boxes. */
    TerminalImage sketch(List<Box> found, String caption) {
        float[] planes = planes();
        float[] ink = new float[SIZE * SIZE];
        for (int i = 0; i < ink.length; i++) {
            float spread = Math.abs(planes[i] - planes[i + ink.length]) + Math.abs(planes[i] - planes[i + 2 * ink.length]);
            ink[i] = Math.min(180, 200 * spread);
        }
        for (Box box : found) {
            int left = Math.max(0, (int) (box.left * SIZE));
            int right = Math.min(SIZE - 1, (int) (box.right * SIZE));
            int top = Math.max(0, (int) (box.top * SIZE)) / 2 * 2;
            int bottom = Math.min(SIZE - 2, (int) (box.bottom * SIZE)) / 2 * 2;
            for (int x = left; x <= right; x++) {
                for (int line : new int[] {top, top + 1, bottom, bottom + 1}) ink[line * SIZE + x] = 255;
            }
            for (int y = top; y <= bottom + 1; y++) {
                ink[y * SIZE + left] = 255;
                ink[y * SIZE + right] = 255;
            }
        }
        return new TerminalImage(ink, SIZE, caption);
    }

    private static void fill(Graphics2D graphics, int kind, int x, int y, int side) {
        switch (kind) {
            case 0 -> graphics.fillOval(x, y, side, side);
            case 1 -> graphics.fillRect(x, y, side, side);
            default -> graphics.fillPolygon(
                    new Polygon(new int[] {x, x + side, x + side / 2}, new int[] {y + side, y + side, y}, 3));
        }
    }
}
