package dev.echelon.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Numbers from 0, of which the n-th comes with a probability proportional to {@code 1 / (n + 1)^s}. */
final class Zipf {

    private final double[] upTo;
    private final SplittableRandom random;

    Zipf(int numbers, double s, long seed) {
        this.upTo = new double[numbers];
        this.random = new SplittableRandom(seed);
        double sum = 0;
        for (int i = 0; i < numbers; i++) {
            sum += Math.pow(i + 1.0, -s);
            upTo[i] = sum;
        }
        for (int i = 0; i < numbers; i++) {
            upTo[i] /= sum;
        }
    }

    int next() {
        int found = Arrays.binarySearch(upTo, random.nextDouble());
        return Math.min(upTo.length - 1, found < 0 ? -found - 1 : found + 1);
    }

    /** The share of the most frequent numbers. */
    double shareOf(int first) {
        return upTo[Math.min(first, upTo.length) - 1];
    }
}
