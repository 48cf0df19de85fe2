package dev.echelon.testing;

import dev.echelon.domain.ChatResponse;
import java.nio.charset.StandardCharsets;

/** A step of a route that ends the process, as a crash would, when a body has the word in it. */
public final class EndsTheProcess {

    public static final String WORD = "end-the-process";

    /** As if by SIGKILL. */
    public static final int STATUS = 137;

    /** Before a model is asked. */
    public void prompt(byte[] body) {
        look(new String(body, StandardCharsets.UTF_8));
    }

    /** When one has answered. */
    public void answer(ChatResponse response) {
        look(String.valueOf(response.choices().get(0).content()));
    }

    private static void look(String text) {
        if (text.contains(WORD)) {
            Runtime.getRuntime().halt(STATUS);
        }
    }
}
