package dev.echelon.bench;

/** Request bodies. */
final class Prompt {

    /** What all gateways are asked for. */
    static final String TARGET = "p";

    private Prompt() {}

    /** A prompt of so many characters. */
    static String of(int characters, boolean stream) {
        return of(TARGET, characters, stream);
    }

    static String of(String target, int characters, boolean stream) {
        return "{\"model\":\"" + target + "\"," + (stream ? "\"stream\":true," : "")
                + "\"messages\":[{\"role\":\"user\",\"content\":\"" + "x".repeat(characters) + "\"}]}";
    }
}
