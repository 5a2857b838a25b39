# SPDX-License-Identifier: Apache-2.0
"""The installed package: `python3 -m unittest` in an environment with the wheel. TVM_EMBEDDED_MODELS names the directory `models`."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import tvm_embedded

MODELS = pathlib.Path(os.environ["TVM_EMBEDDED_MODELS"])
DIGITS = MODELS / "digits/digits.tflite"


def pictures():
    x = np.fromfile(MODELS / "digits/test_images.bin", np.int8).reshape((360, 8, 8, 1))
    return x, np.fromfile(MODELS / "digits/test_labels.bin", np.uint8)


class Digits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = tvm_embedded.compile(DIGITS)

    def test_facts(self):
        (image,), (probabilities,) = self.model.inputs, self.model.outputs
        self.assertEqual((image.name, image.shape, image.dtype), ("image", (1, 8, 8, 1), np.dtype(np.int8)))
        self.assertEqual((probabilities.shape, probabilities.scale, probabilities.zero_point), ((1, 10), 0.00390625, -128))
        self.assertEqual([(w.name, w.aligned_bytes, w.state) for w in self.model.workspaces], [("workspace", 2256, False)])
        self.assertFalse(self.model.has_state)
        self.assertIn("image int8[1, 8, 8, 1]", repr(self.model))

    def test_held_back_pictures(self):
        x, y = pictures()
        result = self.model.evaluate(x, y)
        self.assertEqual((result.right, result.total, str(result)), (357, 360, "357 of 360 right (99.17 %)"))
        real = (x.astype(np.float32) + 128) / 255
        self.assertEqual(self.model.evaluate({"image": real}, y, quantize=True).right, 357)
        with self.assertRaises(tvm_embedded.UsageError):
            self.model.evaluate(x, [])

    def test_one_and_several(self):
        x, _ = pictures()
        one = self.model.run({"image": x[7]})["probabilities"]
        self.assertEqual((one.shape, one.dtype), ((1, 10), np.dtype(np.int8)))
        several = self.model.run(x[5:8])["probabilities"]
        self.assertEqual(several.shape, (3, 10))
        np.testing.assert_array_equal(several[2], one[0])
        real = self.model.run(self.model.inputs[0].dequantize(x[7]), quantize=True)["probabilities"]
        np.testing.assert_allclose(real, (one.astype(np.float32) + 128) / 256)

    def test_compare(self):
        x, _ = pictures()
        outputs = self.model.run(x[:4])
        self.assertTrue(self.model.compare(outputs, x[:4]).equal)
        outputs["probabilities"][1, 2] ^= 1
        wrong = self.model.compare(outputs, x[:4])
        self.assertEqual((wrong.equal, wrong.differing, wrong.largest), (False, {"probabilities": 1}, {"probabilities": 1.0}))
        self.assertIn("1 elements differ", str(wrong))
        other = tvm_embedded.compile(DIGITS, name="other", pools={"fast": 1700, "slow": None})
        self.assertEqual(len(other.workspaces), 2)
        again = self.model.compare(lambda inputs: other.run(inputs), runs=3)
        self.assertEqual((again.equal, again.runs, str(again)), (True, 3, "equal in 3 runs"))

    def test_report(self):
        report = self.model.report()
        self.assertEqual((report.macs, report.constant_bytes, report.workspace_bytes), (66816, 5376, 2256))
        self.assertIn("tvmgen_digits_softmax_8", str(report))
        self.assertIn("<table>", report._repr_html_())
        self.assertEqual(report._repr_html_().count("<tr>"), 1 + len(report.data["layers"]))

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = self.model.write_c(folder, symbol="net", library=False)
            self.assertTrue({"net.h", "net.hpp", "net.c", "tvm_embedded.h"} <= {path.name for path in paths})
            self.assertTrue(all(path.is_file() for path in paths))
            archive = pathlib.Path(folder) / "digits.tar"
            self.model.save(archive)
            self.assertEqual(tvm_embedded.load(archive).inputs, self.model.inputs)
            self.assertEqual(tvm_embedded.load(self.model.archive).name, "digits")
            with self.assertRaises(tvm_embedded.UsageError):
                tvm_embedded.load(archive).report()

    def test_bytes_are_taken(self):
        self.assertEqual(tvm_embedded.compile(DIGITS.read_bytes()).inputs, self.model.inputs)


class Others(unittest.TestCase):
    def test_state_lasts_from_run_to_run(self):
        model = tvm_embedded.compile(MODELS / "digit_rows/digit_rows.tflite")
        self.assertTrue(model.has_state)
        rows = pictures()[0][7].reshape((8, 1, 8, 1))
        together = model.run(rows)["probabilities"]
        np.testing.assert_array_equal(model.run(rows)["probabilities"], together)
        alone = np.stack([model.run(row)["probabilities"][0] for row in rows])
        np.testing.assert_array_equal(alone[0], together[0])
        self.assertTrue((alone != together).any())

    def test_quantisation(self):
        tensor = tvm_embedded.Tensor("t", "t", (3,), np.dtype(np.int8), 3, 1, 0.5, -3)
        np.testing.assert_array_equal(tensor.quantize([0.25, -0.25, 0.24999999, 1e9, -1e9]), [-2, -4, -3, 127, -128])
        np.testing.assert_array_equal(tensor.dequantize(np.int8([-1, -128])), np.float32([1, -62.5]))
        with self.assertRaises(tvm_embedded.UsageError):
            tensor.quantize([float("nan")])

    def test_errors_have_the_programs_text(self):
        with self.assertRaises(tvm_embedded.ModelRefused) as refused:
            tvm_embedded.compile(b"no model")
        self.assertEqual(refused.exception.code, 1)
        self.assertIn("model.tflite", str(refused.exception))
        with self.assertRaises(tvm_embedded.FileError):
            tvm_embedded.compile("/no/such/file.tflite")
        model = tvm_embedded.compile(DIGITS)
        for inputs in ({"image": np.zeros((1, 8, 8, 1), np.float32)}, {"picture": 0}, {}, np.zeros((8, 7), np.int8)):
            with self.assertRaises(tvm_embedded.UsageError):
                model.run(inputs)

    def test_command(self):
        def say(*words):
            return subprocess.run([sys.executable, "-m", "tvm_embedded", *words], capture_output=True, text=True, check=False)

        self.assertTrue((pathlib.Path(say("--include-dir").stdout.strip()) / "tvm_embedded.hpp").is_file())
        self.assertTrue((pathlib.Path(say("--cmake-dir").stdout.strip()) / "tvm_embedded-config.cmake").is_file())
        missing = say("--lib-dir", "z80")
        self.assertEqual((missing.returncode, "no library for the core 'z80'" in missing.stderr), (2, True))
        for core in say("--cores").stdout.split():
            self.assertTrue((pathlib.Path(say("--lib-dir", core).stdout.strip()) / "libtvm_embedded.a").is_file())
        self.assertIn("tvm-embedded", say("--version").stdout)
        self.assertIn("--cmake-dir", say("--help").stdout)
        self.assertEqual(say("inspect", str(DIGITS)).returncode, 0)
        self.assertEqual(say("inspect", "/no/such/file").returncode, 3)


if __name__ == "__main__":
    unittest.main()
