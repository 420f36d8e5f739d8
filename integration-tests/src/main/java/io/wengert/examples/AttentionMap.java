package io.wengert.examples;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/**
 * Which letters a network looked at: {@code weights[i][j]} is how much, from 0 to 1, letter j of {@code from} counted
 * when it wrote letter i of {@code to}.
 */
record AttentionMap(String from, String to, float[][] weights) {

    private static final int CELL = 36;
    private static final String SHADES = " .:*#";

    /** The map as text, a line for each letter written; the darkest shade is the largest weight of its line. */
    String toText() {
        StringBuilder text = new StringBuilder("    ");
        for (char c : from.toCharArray()) text.append(c).append(' ');
        for (int i = 0; i < to.length(); i++) {
            text.append("\n  ").append(to.charAt(i)).append(' ');
            float most = 0;
            for (float weight : weights[i]) most = Math.max(most, weight);
            for (int j = 0; j < from.length(); j++) {
                char shade = SHADES.charAt(Math.round(weights[i][j] / most * (SHADES.length() - 1)));
                text.append(shade).append(shade);
            }
        }
        return text.append('\n').toString();
    }

    /** The map as a picture. */
    BufferedImage toImage() {
        BufferedImage image = new BufferedImage((from.length() + 1) * CELL, (to.length() + 1) * CELL,
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 20));
        graphics.setColor(Color.WHITE);
        for (int j = 0; j < from.length(); j++) {
            graphics.drawString(from.substring(j, j + 1), (j + 1) * CELL + 12, 26);
        }
        for (int i = 0; i < to.length(); i++) {
            graphics.setColor(Color.WHITE);
            graphics.drawString(to.substring(i, i + 1), 12, (i + 1) * CELL + 26);
            for (int j = 0; j < from.length(); j++) {
                graphics.setColor(Color.getHSBColor(0.12f, 1 - weights[i][j] * 0.7f, weights[i][j]));
                graphics.fillRect((j + 1) * CELL, (i + 1) * CELL, CELL - 1, CELL - 1);
            }
        }
        graphics.dispose();
        return image;
    }
}
