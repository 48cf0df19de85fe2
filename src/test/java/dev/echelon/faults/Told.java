package dev.echelon.faults;

/**
 * What the caller gets.
 *
 * @param status of the answer
 * @param code of the error, or of the error event that breaks off a stream; {@code null} with a whole answer
 * @param retryAfter seconds that the answer may tell at most; 0 when it must not tell any
 * @param text that a whole answer must contain, beside what its model says
 */
record Told(int status, String code, int retryAfter, String text) {

    static final String INTERRUPTED = "stream_interrupted";

    static Told answer() {
        return new Told(200, null, 0, "hello");
    }

    static Told answer(String text) {
        return new Told(200, null, 0, text);
    }

    static Told error(int status, String code) {
        return new Told(status, code, 0, "");
    }

    static Told error(int status, String code, int retryAfter) {
        return new Told(status, code, retryAfter, "");
    }

    /** The beginning of a stream, an error event, no {@code [DONE]}, and the connection closed. */
    static Told interrupted() {
        return new Told(200, INTERRUPTED, 0, "");
    }

    boolean isAnswer() {
        return code == null;
    }

    boolean isInterrupted() {
        return INTERRUPTED.equals(code);
    }
}
