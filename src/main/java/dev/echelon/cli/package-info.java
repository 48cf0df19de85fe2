/**
 * The command line; the only place that knows every package. Start reading at {@link dev.echelon.cli.Echelon}, then
 * {@link dev.echelon.cli.Server}.
 */
@NullMarked
package dev.echelon.cli;

import org.jspecify.annotations.NullMarked;
