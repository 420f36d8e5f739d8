package io.wengert.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Pairs of passages as BERT is trained on, in letters instead of words: half of them follow one another in the text,
 * half don't, and some letters are covered.
 */
final class PassagePairs {

    /** A batch: what the network sees, and what it should say. */
    record Examples(NDList data, NDList labels) {}

    /** The beginning, the separator, a covered letter, and the letters. */
    static final String ALPHABET = "^/_ abcdefghijklmnopqrstuvwxyz.,;!?\"'-";
    /** Letters a passage. */
    static final int PASSAGE = 12;
    /** Beginnings before a pair: DJL's BERT judges a pair by its second token, which thus has no letter to stand for. */
    private static final int HEAD = 2;
    /** Tokens a pair: the beginnings, a passage, a separator, a passage. */
    static final int LENGTH = HEAD + 2 * PASSAGE + 1;
    /** Covered letters a pair. */
    static final int COVERED = 4;

    private static final int BEGIN = 0;
    private static final int SEPARATOR = 1;
    private static final int COVER = 2;

    private final int[] tokens;

    /** The passages of a text, in small letters; what is not in the alphabet counts as a blank. */
    PassagePairs(String text) {
        String plain = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z.,;!?\"'-]+", " ");
        tokens = plain.chars().map(ALPHABET::indexOf).toArray();
    }

    /** The text. */
    int[] tokens() { return tokens.clone(); }

    /** Random examples from between two places of the text. */
    Examples next(NDManager manager, Random random, int count, int from, int to) {
        int[] seen = new int[count * LENGTH];
        int[] types = new int[seen.length];
        int[] there = new int[seen.length];
        Arrays.fill(there, 1);
        int[] follows = new int[count];
        int[] places = new int[count * COVERED];
        int[] covered = new int[places.length];
        for (int i = 0; i < count; i++) {
            int base = i * LENGTH;
            follows[i] = random.nextInt(2);
            int first = from + random.nextInt(to - from - 2 * PASSAGE);
            int second = follows[i] == 1 ? first + PASSAGE : from + random.nextInt(to - from - PASSAGE);
            Arrays.fill(seen, base, base + HEAD, BEGIN);
            System.arraycopy(tokens, first, seen, base + HEAD, PASSAGE);
            seen[base + HEAD + PASSAGE] = SEPARATOR;
            System.arraycopy(tokens, second, seen, base + LENGTH - PASSAGE, PASSAGE);
            Arrays.fill(types, base + LENGTH - PASSAGE, base + LENGTH, 1);
            for (int c = 0; c < COVERED; c++) {
                // Each out of a part of its own, so that no place is drawn twice.
                int part = 2 * PASSAGE / COVERED;
                int place = HEAD + c * part + random.nextInt(part);
                place = place < HEAD + PASSAGE ? place : place + 1;
                places[i * COVERED + c] = place;
                covered[i * COVERED + c] = seen[base + place];
                seen[base + place] = COVER;
            }
        }
        int[] counted = new int[places.length];
        Arrays.fill(counted, 1);
        Shape shape = new Shape(count, LENGTH);
        Shape each = new Shape(count, COVERED);
        return new Examples(
                new NDList(manager.create(seen, shape), manager.create(types, shape), manager.create(there, shape),
                        manager.create(places, each)),
                new NDList(manager.create(follows), manager.create(covered, each), manager.create(counted, each)));
    }

    /** The first pairs of a batch three times: as the network saw them, as it completed them, and as they are. */
    static List<String> guesses(Examples examples, NDArray logProbabilities, int count) {
        long[] guesses = logProbabilities.argMax(1).toLongArray();
        int[] seen = examples.data().get(0).toIntArray();
        int[] places = examples.data().get(3).toIntArray();
        int[] covered = examples.labels().get(1).toIntArray();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder saw = new StringBuilder();
            for (int k = HEAD; k < LENGTH; k++) saw.append(ALPHABET.charAt(seen[i * LENGTH + k]));
            StringBuilder guessed = new StringBuilder(saw);
            StringBuilder truth = new StringBuilder(saw);
            for (int c = i * COVERED; c < (i + 1) * COVERED; c++) {
                guessed.setCharAt(places[c] - HEAD, ALPHABET.charAt((int) guesses[c]));
                truth.setCharAt(places[c] - HEAD, ALPHABET.charAt(covered[c]));
            }
            texts.add("saw      " + saw + "\n  guessed  " + guessed + "\n  truth    " + truth);
        }
        return texts;
    }
}
