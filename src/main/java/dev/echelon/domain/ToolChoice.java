package dev.echelon.domain;

import com.fasterxml.jackson.databind.JsonNode;

/** Whether and which tool the model is to call. */
public sealed interface ToolChoice {

    /** The model decides. */
    record Auto() implements ToolChoice {}

    /** No tool. */
    record None() implements ToolChoice {}

    /** Some tool. */
    record Required() implements ToolChoice {}

    /** This tool. */
    record Named(String name) implements ToolChoice {}

    /** A form that only the dialect of the request understands. */
    record Opaque(JsonNode json) implements ToolChoice {}
}
