package dev.echelon.testing;

import java.nio.charset.StandardCharsets;

/** A step of a route that ends the process, as a crash would, when a body has the word in it. */
public final class EndsTheProcess {

    public static final String WORD = "end-the-process";

    /** As if by SIGKILL. */
    public static final int STATUS = 137;

    public void look(byte[] body) {
        if (new String(body, StandardCharsets.UTF_8).contains(WORD)) {
            Runtime.getRuntime().halt(STATUS);
        }
    }
}
