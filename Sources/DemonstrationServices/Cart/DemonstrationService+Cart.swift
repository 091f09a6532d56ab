import GatewayWorker
import Glibc
import HTTPTypes
import ShoppingCart
import SwiftZMQ

extension DemonstrationService {
    /// A shopping cart for each browser, by forms, cookies and sessions.
    static func cart(_ store: CartStore) -> DemonstrationService {
        let service = CartService(store: store)
        return DemonstrationService("cart") { try await service.answer($0) }
    }
}

/// Answers requests below `/cart`.
struct CartService: Sendable {
    let store: CartStore
    private let page = CartPage(template: Pages.cart)

    init(store: CartStore) {
        self.store = store
    }

    func answer(_ request: WorkerRequest) async throws -> WorkerResponse {
        let head = request.head
        if request.path == "/cart/style.css" { return try Self.style(request) }
        let accepted = AcceptedForm(accept: head.headerFields[.accept])
        let isReading = request.method == .get || request.method == .head
        guard isReading || !Self.isCrossSite(head) else {
            throw WorkerProblem(
                .forbidden, code: "cross-site", detail: "A cart is not changed by pages of other sites.",
                headerFields: [.cacheControl: "no-store"])
        }
        var action = CartAction.show
        var mistake: CartMistake?
        var refusal: WorkerProblem?
        do throws(CartRefusal) {
            action = try Self.read(request).action()
        } catch .mistake(let found) {
            mistake = found
        } catch {
            // Use of the session all the same, which lets it live on.
            refusal = WorkerProblem(error)
        }
        let visit: CartStore.Visit
        do {
            visit = try await store.visit(
                CartSession.named(in: head.headerFields[.cookie]), now: time(nil), action)
        } catch let error as CartStore.Unavailable {
            throw WorkerProblem.unavailable("The carts cannot be reached at present.", because: error.description)
        }
        var response: WorkerResponse
        if let refusal {
            response = refusal.response(to: request)
        } else if let mistake = mistake ?? visit.mistake {
            response = refuse(mistake, visit.cart, accepted, request)
        } else if accepted == .json {
            response = .json(Frame(CartDocument.json(visit.cart)))
        } else if request.method == .post {
            // The browser asks for the page anew, so that asking again later does not send the form again.
            response = .redirect(to: "/cart")
        } else {
            response = .html(page.page(visit.cart))
        }
        response.headerFields[.setCookie] = visit.session.setCookie(isSecure: head.scheme == "https")
        response.headerFields[.cacheControl] = "no-store"
        response.headerFields[.vary] = "accept, cookie"
        response.headerFields[.contentSecurityPolicy] = Pages.policy
        response.headerFields[.xContentTypeOptions] = "nosniff"
        return response
    }

    /// A browser gets the page with what was wrong in words, and everybody else a problem document.
    private func refuse(
        _ mistake: CartMistake, _ cart: Cart, _ accepted: AcceptedForm, _ request: WorkerRequest
    ) -> WorkerResponse {
        if accepted == .page { return .html(page.page(cart, mistake: mistake), status: .unprocessableContent) }
        return WorkerProblem(
            .unprocessableContent, code: "invalid-field", detail: mistake.reason, field: mistake.field
        ).response(to: request)
    }

    private static func read(_ request: WorkerRequest) -> CartRequest {
        CartRequest(
            method: request.method.rawValue, path: String(request.path), query: request.query.map(String.init),
            contentType: request[.contentType], body: request.body.withUnsafeBytes { Array($0) })
    }

    private static func isCrossSite(_ head: HTTPRequest) -> Bool {
        func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { head.headerFields[$0] } }
        // The host that the client asked for, which a proxy may have exchanged for the gateway's. The gateway hands on what
        // trusted proxies say of it, and of several the first was the client's.
        let host = field("x-forwarded-host").map { String($0.prefix { $0 != "," && $0 != " " }) }
        return CrossSite.isRefused(
            fetchSite: field("sec-fetch-site"), origin: head.headerFields[.origin], host: host ?? head.authority)
    }

    /// The cart's page brings its style along, as a worker of it may run without the site.
    private static func style(_ request: WorkerRequest) throws -> WorkerResponse {
        guard request.method == .get || request.method == .head else {
            throw WorkerProblem.methodNotAllowed(allow: .get, .head)
        }
        var response = WorkerResponse.bytes(Frame(Pages.style), contentType: "text/css; charset=utf-8")
        response.headerFields[.cacheControl] = "max-age=3600"
        response.headerFields[.xContentTypeOptions] = "nosniff"
        return response
    }
}

extension WorkerProblem {
    /// What a refusal is to a client.
    fileprivate init(_ refusal: CartRefusal) {
        switch refusal {
        case .notFound:
            self.init(
                .notFound, code: "not-found", detail: "The paths of a cart are /cart, /cart/add and /cart/items/NAME.")
        case .methodNotAllowed(let methods):
            self.init(
                .methodNotAllowed, code: "method-not-allowed",
                headerFields: [.allow: methods.joined(separator: ", ")])
        case .malformed(let reason): self.init(.badRequest, code: "malformed", detail: reason)
        case .unsupportedType(let types):
            self.init(
                .unsupportedMediaType, code: "unsupported-type",
                detail: "The body's content type is to be \(types.joined(separator: ", ")).",
                headerFields: [.accept: types.joined(separator: ", ")])
        case .mistake(let mistake):
            self.init(.unprocessableContent, code: "invalid-field", detail: mistake.reason, field: mistake.field)
        }
    }
}
