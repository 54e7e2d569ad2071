"""Package.swift, Podfile, podspecs and Cartfile."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_description, check_packages, check_runtimes, inventory

PACKAGE_SWIFT = """
// swift-tools-version: 5.10
import PackageDescription

let package = Package(
    name: "Shop",
    dependencies: [
        .package(url: "https://github.com/vapor/vapor.git", from: "4.102.0"),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.67.0")),
        .package(url: "https://github.com/a/b", exact: "1.0.0"),
        .package(url: "https://github.com/c/d", "1.0.0"..<"2.0.0"),
        .package(url: "https://github.com/e/f.git", branch: "main"),
        // .package(url: "https://github.com/commented/out", from: "1.0.0"),
        .package(path: "../Local"),
    ]
)
"""

PODFILE = """
platform :ios, '15.0'
target 'Shop' do
  use_frameworks!
  pod 'Alamofire', '~> 5.9'
  pod 'Pinned', '1.2.3'
  pod 'Local', :path => '../Local'
  target 'ShopTests' do
    pod 'Quick'
  end
end
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "Package.swift": (
        PACKAGE_SWIFT,
        [
            ("github.com/vapor/vapor", "from: 4.102.0", "runtime", 7),
            ("github.com/apple/swift-nio", "upToNextMinor(from: 2.67.0)", "runtime", 8),
            ("github.com/a/b", "1.0.0", "runtime", 9),
            ("github.com/c/d", "1.0.0..<2.0.0", "runtime", 10),
            ("github.com/e/f", "branch: main", "runtime", 11),
        ],
    ),
    "Podfile": (
        PODFILE,
        [
            ("Alamofire", "~> 5.9", "runtime", 4),
            ("Pinned", "1.2.3", "runtime", 5),
            ("Local", "", "runtime", 6),
            ("Quick", "", "development", 8),
        ],
    ),
    "Shop.podspec": (
        "Pod::Spec.new do |s|\n  s.name = 'Shop'\n  s.dependency 'Moya', '~> 15'\n"
        "  s.license = { :type => 'MIT' }\nend\n",
        [("Moya", "~> 15", "runtime", 3)],
    ),
    "Cartfile": (
        'github "ReactiveX/RxSwift" ~> 6.7\ngit "https://example.test/x.git" "main"\n',
        [("github.com/ReactiveX/RxSwift", "~> 6.7", "runtime", 1), ("example.test/x", "main", "runtime", 2)],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


RUNTIMES = {
    "Package.swift": [("Swift", "5.10", 1)],
    "Podfile": [("iOS", "15.0", 1)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


DESCRIBED = {
    "Package.swift": ("Shop", "", ""),
    "Shop.podspec": ("Shop", "", "MIT"),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])


def test_package_resolved_pins_what_package_swift_asks_for() -> None:
    resolved = '{"pins": [{"location": "https://github.com/vapor/vapor.git", "state": {"version": "4.103.1"}}]}'
    found = inventory({"Package.swift": PACKAGE_SWIFT, "Package.resolved": resolved})
    locked = {package.name: package.locked for package in found.packages if package.locked}
    assert locked == {"github.com/vapor/vapor": "4.103.1"}
