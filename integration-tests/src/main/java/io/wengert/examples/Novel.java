package io.wengert.examples;

import java.io.IOException;
import java.util.Arrays;

/**
 * Jane Austen's <i>Pride and Prejudice</i> as numbers: each different character is a token, the first 90 % of the
 * novel are for training.
 */
final class Novel {

    private final String alphabet;
    private final int[] tokens;

    /** Reads the novel that ships with the examples. */
    Novel() throws IOException {
        String text = read();
        alphabet = text.chars().distinct().sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
        tokens = encode(text);
    }

    /** The text, 684,768 characters. */
    static String read() throws IOException { return ShippedFile.text("text/pride-and-prejudice.txt.gz"); }

    /** The number of different characters. */
    int alphabetSize() { return alphabet.length(); }

    /** The first 90 %. */
    int[] train() { return Arrays.copyOf(tokens, border()); }

    /** The last 10 %. */
    int[] test() { return Arrays.copyOfRange(tokens, border(), tokens.length); }

    /** The tokens of a text in the novel's alphabet. */
    int[] encode(String text) { return text.chars().map(alphabet::indexOf).toArray(); }

    /** The character that a token stands for. */
    char decode(int token) { return alphabet.charAt(token); }

    private int border() { return (int) (tokens.length * 0.9); }
}
