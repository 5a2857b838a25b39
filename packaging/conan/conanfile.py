from conan import ConanFile
from conan.tools.files import copy
import os


class TvmEmbedded(ConanFile):
    name = "tvm_embedded"
    version = "@VERSION@"
    license = "Apache-2.0"
    description = "Neural networks compiled ahead of time, without a heap and without an interpreter"
    topics = ("tflite", "inference", "tinyml", "embedded")
    package_type = "header-library"
    exports_sources = "include/*", "cmake/*", "LICENSE"
    no_copy_source = True

    def package_id(self):
        # Headers and a CMake function: the same for every core and compiler.
        self.info.clear()

    def package(self):
        for folder in ("include", "cmake"):
            copy(self, "*", os.path.join(self.source_folder, folder), os.path.join(self.package_folder, folder))
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        self.cpp_info.builddirs = ["cmake"]
        self.cpp_info.set_property("cmake_build_modules", [os.path.join("cmake", "tvm_embedded_model.cmake")])
